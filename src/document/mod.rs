//! Status, tracker, handover, blocker, board and mission documents: text in, claims out. Pure.
