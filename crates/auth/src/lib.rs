//! Passwords and tokens: pure mechanisms, given the time and the randomness.
