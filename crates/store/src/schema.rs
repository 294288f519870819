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
        username_look -> Text,
        display_name -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        password -> Text,
        admin -> Bool,
        status -> SmallInt,
        created_at -> BigInt,
        last_seen -> Nullable<BigInt>,
        email_verified_at -> Nullable<BigInt>,
        unproved_key -> Nullable<Text>,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        about -> Nullable<Text>,
        locale -> Nullable<Text>,
        time_zone -> Nullable<Text>,
        mobile -> Nullable<Text>,
        show_email -> SmallInt,
        show_mobile -> SmallInt,
        show_last_seen -> SmallInt,
        name_key -> Nullable<Text>,
        first_name_key -> Nullable<Text>,
        last_name_key -> Nullable<Text>,
        epoch -> BigInt,
        mailed_code -> Bool,
        avatar -> Nullable<DbId>,
        reach -> SmallInt,
        bot -> Bool,
        show_presence -> SmallInt,
        private -> Bool,
        discoverable -> Bool,
        found_by_mobile -> Bool,
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
        hosted -> Bool,
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
        digest -> Nullable<BigInt>,
        created_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
        erased_seq -> Nullable<BigInt>,
        posting -> SmallInt,
        adding -> SmallInt,
        slow_seconds -> BigInt,
        avatar -> Nullable<DbId>,
        everyones -> Bool,
        gathered -> Nullable<BigInt>,
        listed_at -> Nullable<BigInt>,
        changed_at -> BigInt,
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
        barred -> SmallInt,
        posted_at -> Nullable<BigInt>,
        muted_until -> Nullable<BigInt>,
        notify -> SmallInt,
        quiet_until -> Nullable<BigInt>,
        notify_seq -> BigInt,
        peer_id -> Nullable<DbId>,
        shown_read -> BigInt,
        own_rev -> BigInt,
        absent -> Bool,
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
        reacted -> Nullable<BigInt>,
        mentions -> Nullable<Text>,
        mentions_all -> Bool,
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

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    places (user_id, network) {
        user_id -> DbId,
        network -> Text,
        seen_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    host_users (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> DbId,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    apps (user_id) {
        user_id -> DbId,
        sealed -> Binary,
        last_step -> Nullable<BigInt>,
        since -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    recovery_codes (user_id, code) {
        user_id -> DbId,
        code -> Binary,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    challenges (token) {
        token -> Binary,
        user_id -> Nullable<DbId>,
        code -> Nullable<Binary>,
        password_shown -> Bool,
        device -> Text,
        address -> Nullable<Text>,
        sent -> Integer,
        sent_at -> BigInt,
        tries -> Integer,
        met_at -> Nullable<BigInt>,
        expires_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    proofs (token) {
        token -> Binary,
        user_id -> DbId,
        purpose -> SmallInt,
        email -> Nullable<Text>,
        epoch -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    invites (number) {
        number -> BigInt,
        token -> Binary,
        admin -> Bool,
        first -> Bool,
        uses -> Integer,
        by_id -> Nullable<DbId>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    letters (number) {
        number -> BigInt,
        user_id -> Nullable<DbId>,
        email -> Text,
        name -> Text,
        locale -> Nullable<Text>,
        kind -> SmallInt,
        sealed -> Nullable<Binary>,
        expires_at -> Nullable<BigInt>,
        detail -> Text,
        created_at -> BigInt,
        tried_since -> BigInt,
        due_at -> Nullable<BigInt>,
        put_off -> Integer,
        why -> Nullable<Text>,
    }
}

table! {
    use diesel::sql_types::*;

    counters (name) {
        name -> Binary,
        count -> Integer,
        ends_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    departures (user_id, room_id) {
        user_id -> DbId,
        room_id -> DbId,
        messages -> Bool,
        done_seq -> BigInt,
        created_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;

    blobs (digest) {
        digest -> Binary,
        generation -> BigInt,
        bytes -> BigInt,
        stored -> Bool,
        claims -> BigInt,
        claimed_until -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;

    unneeded_blobs (digest, generation) {
        digest -> Binary,
        generation -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    media (id) {
        id -> DbId,
        owner_id -> DbId,
        kind -> SmallInt,
        mime -> Text,
        name -> Nullable<Text>,
        bytes -> BigInt,
        width -> Nullable<BigInt>,
        height -> Nullable<BigInt>,
        duration_ms -> Nullable<BigInt>,
        waveform -> Nullable<Binary>,
        thumbhash -> Nullable<Binary>,
        picture -> Bool,
        weight -> BigInt,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    media_files (media_id, file) {
        media_id -> DbId,
        file -> SmallInt,
        digest -> Binary,
        mime -> Text,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    media_uses (stream_id, seq, media_id) {
        stream_id -> DbId,
        seq -> BigInt,
        media_id -> DbId,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    released_media (number) {
        number -> BigInt,
        media_id -> DbId,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    media_usage (owner_id) {
        owner_id -> DbId,
        bytes -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    uploads (id) {
        id -> DbId,
        owner_id -> DbId,
        bytes -> BigInt,
        received -> BigInt,
        parts -> BigInt,
        kind -> Nullable<SmallInt>,
        mime -> Nullable<Text>,
        name -> Nullable<Text>,
        expires_at -> BigInt,
        ended -> Bool,
        care_at -> Nullable<BigInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    upload_parts (upload_id, place) {
        upload_id -> DbId,
        place -> BigInt,
        no -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    plays (stream_id, seq, user_id) {
        stream_id -> DbId,
        seq -> BigInt,
        user_id -> DbId,
        user_number -> BigInt,
        played_at -> BigInt,
        private -> Bool,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    reactions (stream_id, seq, emoji, user_id) {
        stream_id -> DbId,
        seq -> BigInt,
        emoji -> Text,
        user_id -> DbId,
        user_number -> BigInt,
        reacted_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    reaction_counts (stream_id, seq, emoji) {
        stream_id -> DbId,
        seq -> BigInt,
        emoji -> Text,
        amount -> BigInt,
        since -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    uncounted_reactions (stream_id, seq, emoji) {
        stream_id -> DbId,
        seq -> BigInt,
        emoji -> Text,
        amount -> BigInt,
        due_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    channel_names (room_id, key) {
        room_id -> DbId,
        key -> Text,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    pins (stream_id, seq) {
        stream_id -> DbId,
        seq -> BigInt,
        pinned -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    contacts (user_id, contact_id) {
        user_id -> DbId,
        contact_id -> DbId,
        name -> Nullable<Text>,
        created_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    contact_requests (user_id, from_id) {
        user_id -> DbId,
        from_id -> DbId,
        note -> Nullable<Text>,
        created_at -> BigInt,
        declined_at -> Nullable<BigInt>,
        withdrawn -> Bool,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    blocks (user_id, blocked_id) {
        user_id -> DbId,
        blocked_id -> DbId,
        created_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    room_links (code) {
        code -> Text,
        room_id -> DbId,
        by_id -> DbId,
        by_number -> BigInt,
        approval -> Bool,
        used -> BigInt,
        uses -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    join_requests (room_id, user_id) {
        room_id -> DbId,
        user_id -> DbId,
        user_number -> BigInt,
        note -> Nullable<Text>,
        created_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    sanctions (room_id, user_id) {
        room_id -> DbId,
        user_id -> DbId,
        banned_at -> Nullable<BigInt>,
        banned_by -> Nullable<DbId>,
        muted_until -> Nullable<BigInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    waiting_notices (room_id, seq) {
        room_id -> DbId,
        seq -> BigInt,
        peer_id -> Nullable<DbId>,
        due_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    notifications (user_id, seq) {
        user_id -> DbId,
        seq -> BigInt,
        kind -> SmallInt,
        actor_id -> Nullable<DbId>,
        room_id -> Nullable<DbId>,
        target -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    notification_marks (user_id) {
        user_id -> DbId,
        up_to -> BigInt,
        until -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    api_keys (number) {
        number -> BigInt,
        digest -> Binary,
        name -> Text,
        scopes -> SmallInt,
        bot_id -> Nullable<DbId>,
        by_id -> Nullable<DbId>,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;

    publications (key_number, idempotency_key) {
        key_number -> BigInt,
        idempotency_key -> Text,
        digest -> BigInt,
        seq -> BigInt,
        created_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    statuses (id) {
        number -> BigInt,
        id -> DbId,
        author_id -> DbId,
        author_number -> BigInt,
        client_id -> Nullable<Text>,
        digest -> Nullable<BigInt>,
        body -> Text,
        media_id -> Nullable<DbId>,
        audience -> SmallInt,
        views -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        removed -> Bool,
        telling -> Bool,
        told_to -> DbId,
        lasting -> Bool,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    status_people (status_id, user_id) {
        status_id -> DbId,
        user_id -> DbId,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    status_views (user_id, author_id, status_id) {
        user_id -> DbId,
        author_id -> DbId,
        status_id -> DbId,
        user_number -> BigInt,
        viewed_at -> Nullable<BigInt>,
        private -> Bool,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    broadcast_lists (id) {
        id -> DbId,
        owner_id -> DbId,
        name -> Text,
        recipients -> BigInt,
        created_at -> BigInt,
        deleted -> Bool,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    broadcast_recipients (list_id, user_id) {
        list_id -> DbId,
        user_id -> DbId,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    broadcasts (id) {
        id -> DbId,
        list_id -> DbId,
        sender_id -> DbId,
        sender_number -> BigInt,
        client_id -> Text,
        digest -> BigInt,
        body -> Text,
        waiting -> BigInt,
        sent -> BigInt,
        skipped -> BigInt,
        come_to -> DbId,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    broadcast_media (broadcast_id, place) {
        broadcast_id -> DbId,
        place -> SmallInt,
        media_id -> DbId,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    broadcast_sends (broadcast_id, user_id) {
        broadcast_id -> DbId,
        user_id -> DbId,
        user_number -> BigInt,
        room_id -> Nullable<DbId>,
        seq -> Nullable<BigInt>,
        skipped -> Nullable<SmallInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    claimed_addresses (email_key) {
        email_key -> Text,
        user_id -> DbId,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    dialect_keys (user_id, dialect) {
        user_id -> DbId,
        dialect -> SmallInt,
        counter -> BigInt,
        session_id -> DbId,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    dialect_rooms (dialect, name) {
        dialect -> SmallInt,
        name -> Text,
        room_id -> DbId,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    register_ids (user_id, waits) {
        user_id -> DbId,
        waits -> Bool,
        waits_until -> Nullable<BigInt>,
        digest -> Binary,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    log_in_codes (user_id) {
        user_id -> DbId,
        code -> Binary,
        begun_at -> BigInt,
        expires_at -> BigInt,
        sent -> Integer,
        sent_at -> BigInt,
        tries -> Integer,
        used_at -> Nullable<BigInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    dialect_lists (dialect, name) {
        dialect -> SmallInt,
        name -> Text,
        list_id -> DbId,
        number -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;

    import_origins (number) {
        number -> BigInt,
        dialect -> SmallInt,
        name -> Text,
        created_at -> BigInt,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    imports (origin_number, model, key) {
        origin_number -> BigInt,
        model -> SmallInt,
        key -> Text,
        id -> Nullable<DbId>,
        print -> Nullable<BigInt>,
    }
}

table! {
    use crate::id::DbId;
    use diesel::sql_types::*;

    imported_keys (dialect, digest) {
        dialect -> SmallInt,
        digest -> Binary,
        session_id -> DbId,
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
    places,
    host_users,
    apps,
    recovery_codes,
    challenges,
    proofs,
    invites,
    letters,
    counters,
    departures,
    blobs,
    unneeded_blobs,
    media,
    media_files,
    media_uses,
    released_media,
    media_usage,
    broadcast_lists,
    broadcast_recipients,
    broadcasts,
    broadcast_media,
    broadcast_sends,
    statuses,
    status_people,
    status_views,
    uploads,
    upload_parts,
    plays,
    reactions,
    reaction_counts,
    uncounted_reactions,
    channel_names,
    waiting_notices,
    notifications,
    notification_marks,
    api_keys,
    publications,
    pins,
    contacts,
    contact_requests,
    blocks,
    room_links,
    join_requests,
    sanctions,
    claimed_addresses,
    dialect_keys,
    dialect_rooms,
    register_ids,
    log_in_codes,
    dialect_lists,
    import_origins,
    imports,
    imported_keys,
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use diesel::prelude::*;
    use diesel::sql_types::Text;
    use diesel_async::{AsyncConnection, AsyncPgConnection};
    use parlor_testkit::Postgres;

    use super::*;
    use crate::Database;

    /// A table's columns, as "table.column".
    macro_rules! columns {
        ($($table:ident),*) => { {
            let mut all = BTreeSet::new();
            $(
                let select = $table::table.select($table::all_columns);
                let select = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&select).to_string();
                let names = select.split('`').skip(1).step_by(2).collect::<Vec<_>>();
                let columns = names.chunks(2).filter(|pair| pair.len() == 2);
                all.extend(columns.map(|pair| format!("{}.{}", pair[0], pair[1])));
            )*
            all
        } };
    }

    fn declared() -> BTreeSet<String> {
        columns!(
            users,
            sessions,
            refresh_tokens,
            streams,
            rooms,
            directs,
            members,
            events,
            revisions,
            places,
            host_users,
            apps,
            recovery_codes,
            challenges,
            proofs,
            invites,
            letters,
            counters,
            departures,
            blobs,
            unneeded_blobs,
            media,
            media_files,
            media_uses,
            released_media,
            media_usage,
            broadcast_lists,
            broadcast_recipients,
            broadcasts,
            broadcast_media,
            broadcast_sends,
            statuses,
            status_people,
            status_views,
            uploads,
            upload_parts,
            plays,
            reactions,
            reaction_counts,
            uncounted_reactions,
            channel_names,
            waiting_notices,
            notifications,
            notification_marks,
            api_keys,
            publications,
            pins,
            contacts,
            contact_requests,
            blocks,
            room_links,
            join_requests,
            sanctions,
            claimed_addresses,
            dialect_keys,
            dialect_rooms,
            register_ids,
            log_in_codes,
            dialect_lists,
            import_origins,
            imports,
            imported_keys
        )
    }

    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        name: String,
    }

    fn migrations(database: &str) -> BTreeSet<String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/");
        let entries = std::fs::read_dir(format!("{folder}{database}")).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn both_databases_have_the_same_migrations() {
        assert_eq!(migrations("sqlite"), migrations("postgres"));
        assert!(!migrations("sqlite").is_empty());
    }

    #[tokio::test]
    async fn sqlite_has_these_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("schema.db");
        crate::migrate(Database::Sqlite(path.clone())).await.unwrap();
        let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        let found: Vec<Column> = diesel::sql_query(
            "SELECT tables.name || '.' || columns.name AS name FROM sqlite_schema AS tables \
             JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table' \
             AND tables.name NOT LIKE 'sqlite%' AND tables.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'",
        )
        .load(&mut conn)
        .unwrap();
        let found: BTreeSet<String> = found.into_iter().map(|column| column.name).collect();
        assert_eq!(found, declared());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres_has_these_columns() {
        let Some(server) = Postgres::start().await else {
            return;
        };
        let database = server.database();
        crate::migrate(database.url().parse().unwrap()).await.unwrap();
        let mut conn = AsyncPgConnection::establish(database.url()).await.unwrap();
        let query = diesel::sql_query(
            "SELECT table_name || '.' || column_name AS name FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'",
        );
        let found: Vec<Column> = diesel_async::RunQueryDsl::load(query, &mut conn).await.unwrap();
        let found: BTreeSet<String> = found.into_iter().map(|column| column.name).collect();
        assert_eq!(found, declared());
    }
}
