//! Sessions that are started: missions, branches, conversations and prompts, as a plan that is printed or carried out.
