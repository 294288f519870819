//! The tables, as both databases have them: `migrations/` makes them, and a test holds the three together.

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    users (id) {
        number -> BigInt,
        id -> DbId,
        username -> Text,
        username_key -> Text,
        display_name -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        password -> Text,
        admin -> Bool,
        status -> SmallInt,
        created_at -> BigInt,
        last_seen -> Nullable<BigInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    sessions (id) {
        id -> DbId,
        user_id -> DbId,
        device -> Text,
        address -> Nullable<Text>,
        created_at -> BigInt,
        used_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    refresh_tokens (digest) {
        digest -> Binary,
        session_id -> DbId,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
        successor -> Nullable<Binary>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    streams (id) {
        id -> DbId,
        seq -> BigInt,
        tag -> Integer,
        rev -> BigInt,
        msg_no -> BigInt,
        active_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    rooms (id) {
        number -> BigInt,
        id -> DbId,
        kind -> SmallInt,
        name -> Nullable<Text>,
        topic -> Text,
        owner_id -> Nullable<DbId>,
        history -> SmallInt,
        join_policy -> SmallInt,
        capacity -> BigInt,
        member_count -> BigInt,
        creator_id -> DbId,
        client_id -> Nullable<Text>,
        created_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
        erased_seq -> Nullable<BigInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    directs (low_id, high_id) {
        low_id -> DbId,
        high_id -> DbId,
        room_id -> DbId,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    members (room_id, user_id) {
        room_id -> DbId,
        user_id -> DbId,
        role -> SmallInt,
        visible_from -> BigInt,
        joined_seq -> BigInt,
        joined_at -> BigInt,
        read_seq -> BigInt,
        read_msg_no -> BigInt,
        delivered_seq -> BigInt,
        rev -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    events (stream_id, seq) {
        number -> BigInt,
        stream_id -> DbId,
        seq -> BigInt,
        tag -> Integer,
        kind -> SmallInt,
        msg_no -> BigInt,
        sender_id -> Nullable<DbId>,
        sender_number -> Nullable<BigInt>,
        client_id -> Nullable<Text>,
        digest -> Nullable<BigInt>,
        target -> Nullable<BigInt>,
        body -> Nullable<Text>,
        reply_to -> Nullable<BigInt>,
        edited_at -> Nullable<BigInt>,
        rev -> Nullable<BigInt>,
        detail -> Nullable<Text>,
        created_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    revisions (stream_id, seq, no) {
        stream_id -> DbId,
        seq -> BigInt,
        no -> BigInt,
        body -> Text,
        replaced_at -> BigInt,
    }
}

allow_tables_to_appear_in_same_query!(
    users,
    sessions,
    refresh_tokens,
    streams,
    rooms,
    directs,
    members,
    events,
    revisions,
);
