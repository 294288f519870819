//! What a user of Parlor can do: rights, rules, order of effects.
