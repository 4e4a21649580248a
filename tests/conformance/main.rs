//! One suite for every backend of the store. The databases are written through separate connections that behave as the
//! bridge and the scripts do; nothing here writes through the store.

#[cfg(test)]
mod acting;
#[cfg(test)]
mod bearing;
#[cfg(test)]
mod files;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod follow;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod odd;
#[cfg(test)]
mod piped;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod scope;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod talking;
#[cfg(test)]
mod writer;

/// The backends, by the names that the tests below give them.
#[cfg(test)]
mod kinds {
    pub(crate) use crate::{
        fixture::{Bridge, Journal, LongLived, Memory, Scripts},
        piped::Piped,
        writer::MemoryScripts,
    };
}

/// One test per line for a backend.
macro_rules! tests {
    ($name:ident, $fixture:ty, $suite:ident: $($test:ident)*) => {
        mod $name {
            use crate::kinds::*;
            $(
                #[test]
                fn $test() {
                    crate::$suite::$test(&<$fixture as crate::fixture::Fixture>::new());
                }
            )*
        }
    };
}

/// What every backend must do.
macro_rules! conformance {
    ($name:ident, $fixture:ty) => {
        tests! { $name, $fixture, suite:
            an_empty_bridge_is_empty
            the_source_says_its_schema
            a_conversation_is_read_whole
            conversations_are_read_again_only_when_one_was_made
            a_removed_conversation_is_noticed
            a_message_is_read_whole
            a_message_of_a_megabyte_is_read_whole
            text_survives_as_it_is
            the_newest_rows_are_ascending
            the_newest_cursor_lies_at_the_end
            changes_hold_only_what_is_new
            small_pages_add_up_to_the_whole
            a_limit_of_nothing_moves_nothing
            an_older_page_ends_below_its_bound
            statuses_are_overwritten_and_read_whole
            a_beat_is_a_change_without_rows
            a_delivery_is_noticed
            only_what_was_asked_about_is_reported_read
            a_fetch_by_the_other_side_delivers_nothing
            removed_messages_are_not_reported_read
            the_version_moves_with_commits_only
            a_restored_backup_is_noticed
            an_emptied_history_is_no_restored_backup
            a_half_sent_message_is_whole_after_the_second_commit
            two_readers_do_not_disturb_each_other
            a_hundred_workers_are_told_apart
        }
    };
}

/// What every backend with a file must do besides.
macro_rules! file_conformance {
    ($name:ident, $fixture:ty) => {
        tests! { $name, $fixture, files:
            a_deleted_file_is_replaced
            a_recreated_file_is_replaced_and_opens_again
            a_renamed_file_is_replaced
            a_file_cut_to_nothing_is_replaced
            a_file_cut_in_half_is_an_error
            a_file_of_garbage_is_no_database
            reading_leaves_the_bytes_alone
            a_lock_is_an_error_that_passes
            odd_rows_are_rows
            a_missing_table_is_a_fault
            a_reader_holds_no_transaction_between_calls
            giant_messages_come_in_several_calls
        }
    };
}

/// What every backend must do with an action.
macro_rules! acting_conformance {
    ($name:ident, $fixture:ty) => {
        tests! { $name, $fixture, acting:
            what_was_written_is_read_back_as_marks
            every_kind_of_row_is_read_back
            a_moved_task_is_a_clash_and_nothing_is_written
            a_move_in_the_protocols_own_words_is_a_clash
            a_new_word_of_the_owner_is_a_clash
            the_same_action_again_is_done_already
            chains_go_on_over_stores_and_actors
            what_came_since_may_be_long
            a_restored_backup_is_not_written_to
            an_agents_mark_is_worth_nothing
        }
    };
}

/// What every backend must do with conversations.
macro_rules! talking_conformance {
    ($name:ident, $fixture:ty) => {
        tests! { $name, $fixture, talking:
            a_conversation_is_made_as_the_bridge_makes_one
            the_same_conversation_is_made_once
            only_one_between_the_same_roles_when_asked_so
            an_ended_conversation_is_noticed_and_ended_once
            a_worker_says_something_once_and_only_with_its_token
            chains_of_conversations_and_actions_are_one
        }
    };
}

/// What every backend must do for the holder of a token.
macro_rules! bearing_conformance {
    ($name:ident, $fixture:ty) => {
        tests! { $name, $fixture, bearing:
            a_beat_moves_the_time_and_nothing_else
            a_first_beat_makes_the_row
            a_wrong_token_writes_nothing
            an_expired_conversation_is_not_beaten
            only_ones_own_messages_are_taken
            new_messages_come_in_pages
            a_token_is_proved_without_a_write
        }
    };
}

/// What every backend with a file must do with an action that cannot be written.
macro_rules! refusal_conformance {
    ($name:ident, $fixture:ty) => {
        tests! { $name, $fixture, refusals:
            a_store_for_reading_writes_nothing
            a_locked_bridge_is_busy_and_then_written
            a_replaced_file_is_not_written
            a_file_cut_in_half_is_not_written
            a_missing_column_is_named_or_left_out
            a_table_that_cannot_take_a_row_takes_nothing
        }
    };
}

conformance!(memory, Memory);
conformance!(bridge_wal, LongLived);
conformance!(bridge_per_operation, Bridge);
conformance!(scripts_journal, Scripts);

file_conformance!(file_bridge_wal, LongLived);
file_conformance!(file_bridge_per_operation, Bridge);
file_conformance!(file_scripts_journal, Scripts);

acting_conformance!(acting_memory, Memory);
acting_conformance!(acting_bridge_wal, LongLived);
acting_conformance!(acting_bridge_per_operation, Bridge);
acting_conformance!(acting_bridge_journal, Journal);
acting_conformance!(acting_scripts_journal, Scripts);

talking_conformance!(talking_memory, Memory);
talking_conformance!(talking_bridge_wal, LongLived);
talking_conformance!(talking_bridge_per_operation, Bridge);
talking_conformance!(talking_bridge_journal, Journal);

refusal_conformance!(refusals_bridge_wal, LongLived);
refusal_conformance!(refusals_bridge_per_operation, Bridge);
refusal_conformance!(refusals_bridge_journal, Journal);
refusal_conformance!(refusals_scripts_journal, Scripts);

bearing_conformance!(bearing_memory, Memory);
tests! { bearing_memory_scripts, MemoryScripts, bearing:
    a_beat_moves_the_time_and_nothing_else
    a_first_beat_makes_the_row
    a_wrong_token_writes_nothing
    an_expired_conversation_is_not_beaten
    only_ones_own_messages_are_taken
    new_messages_come_in_pages
    a_token_is_proved_without_a_write
}

bearing_conformance!(bearing_bridge_wal, LongLived);
bearing_conformance!(bearing_bridge_per_operation, Bridge);
bearing_conformance!(bearing_bridge_journal, Journal);
bearing_conformance!(bearing_scripts_journal, Scripts);

conformance!(pipe_memory, Piped<Memory>);
conformance!(pipe_bridge_wal, Piped<LongLived>);
conformance!(pipe_scripts, Piped<Scripts>);
file_conformance!(file_pipe_bridge_wal, Piped<LongLived>);
file_conformance!(file_pipe_scripts, Piped<Scripts>);
acting_conformance!(acting_pipe_memory, Piped<Memory>);
acting_conformance!(acting_pipe_bridge_wal, Piped<LongLived>);
acting_conformance!(acting_pipe_scripts, Piped<Scripts>);
talking_conformance!(talking_pipe_memory, Piped<Memory>);
talking_conformance!(talking_pipe_bridge_wal, Piped<LongLived>);
refusal_conformance!(refusals_pipe_bridge_wal, Piped<LongLived>);
refusal_conformance!(refusals_pipe_scripts, Piped<Scripts>);
bearing_conformance!(bearing_pipe_memory, Piped<Memory>);
bearing_conformance!(bearing_pipe_bridge_wal, Piped<LongLived>);
bearing_conformance!(bearing_pipe_scripts, Piped<Scripts>);
