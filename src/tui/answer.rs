//! What becomes of the engine's answers.

use super::{
    acting,
    effect::Effect,
    model::{Model, Undo},
    overlay::{Overlay, Page, scratch},
    screen::{messages, sessions},
    travel,
};
use crate::{
    domain::{Refusal, Timestamp},
    link::{Reply, RequestId},
};

impl Model {
    /// Takes an answer to where it was asked for.
    pub(super) fn answer(&mut self, id: RequestId, reply: Reply, now: Timestamp) -> Vec<Effect> {
        match &reply {
            Reply::Done(_) => acting::settled(self, id, true),
            Reply::Refused(_) => acting::settled(self, id, false),
            _ => {}
        }
        let acted = match &reply {
            Reply::Done(words) => acting::answered(self, id, &Ok(words.clone()), now),
            Reply::Refused(why) => acting::answered(self, id, &Err(why.clone()), now),
            Reply::Merging(begun) => {
                let words = format!("merge begun in {}", begun.dir);
                acting::answered(self, id, &Ok(words), now)
            }
            Reply::Messages(_)
            | Reply::Commits(..)
            | Reply::Recording(_)
            | Reply::Lines(_)
            | Reply::Moment(_) => false,
        };
        match reply {
            Reply::Merging(begun) => scratch::begun(self, id, begun),
            Reply::Messages(page) => messages::page(self, id, page, now),
            Reply::Commits(_, found) => sessions::commits(self, id, found),
            Reply::Done(text) if !acted => self.say(text, now),
            Reply::Refused(why) if acted => {
                if let Some(Overlay::Scratch(scratch)) = &mut self.overlay {
                    scratch.answered(id, Some(&why));
                }
            }
            Reply::Refused(why) => self.refused(id, &why, now),
            Reply::Recording(found) => return travel::surveyed(self, id, found, now),
            Reply::Moment(moment) => return travel::arrived(self, id, moment, now),
            Reply::Lines(lines) => {
                let page = Page::printed("what if".to_owned(), lines.join("\n"), true);
                self.overlay.get_or_insert(Overlay::Page(Box::new(page)));
            }
            Reply::Done(_) => {}
        }
        Vec::new()
    }

    fn refused(&mut self, id: RequestId, why: &Refusal, now: Timestamp) {
        if *why == Refusal::Gone {
            self.facts.end(now);
        }
        if travel::refused(self, id, why, now) || sessions::refused(self, id, why) {
            return;
        }
        messages::refused(self, id);
        self.undo
            .retain(|u| !matches!(u, Undo::Alert { id: of, .. } if *of == id));
        self.say(why.to_string(), now);
    }
}
