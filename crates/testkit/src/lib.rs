//! What Parlor's tests share: a running server, a fixed clock, seeded entropy, the store conformance suite.
