//! Credentials of workers: encrypted to each, carried by git, taken over without a restart.
