//! No query on the way of a message, or of anything else that people do all day, reads a table from end to end.

use std::collections::BTreeSet;
use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use parlor_store::Database;
use parlor_testkit::conformance::{
    accounts, across, aliases, announcing, api_keys, asking, attending, blocking, broadcasts, bytes,
    challenges, changing, channels, chatting, claiming, contacts, counters, counting, deleting, dialects,
    direct, directory, entering, forwarding, groups, history, hosted, importing, invites, lasting, leaving,
    links, lists, marks, media, mentioning, moderating, naming, notifying, numbers, outbox, people, pinning,
    places, playing, privacy, profiles, proofs, publications, quotas, reacting, reading, receipts, refresh,
    register_ids, registering, repeating, requests, searching, second_steps, sessions, showing, snapshot,
    statuses, unread, uploads, visible,
};
use parlor_testkit::{Fixture, Postgres};

/// The tables of which a message may have many rows, and a room very many: they are read message by message.
const OF_MESSAGES: [&str; 4] = ["plays", "reactions", "reaction_counts", "revisions"];
/// The indexes that hold nothing but what is still to be done, or one row.
const SHORT: [&str; 4] = [
    "rooms_everyones",
    "statuses_to_tell",
    "broadcasts_to_send",
    "broadcast_lists_to_erase",
];
/// The tables that hold nothing else.
const TO_DO_TABLES: [&str; 5] = [
    "invites",
    "released_media",
    "uncounted_reactions",
    "unneeded_blobs",
    "waiting_notices",
];
/// The tables that grow with use.
const TABLES: [&str; 58] = [
    "uncounted_reactions",
    "channel_names",
    "room_links",
    "join_requests",
    "sanctions",
    "waiting_notices",
    "notifications",
    "notification_marks",
    "publications",
    "broadcast_lists",
    "broadcast_recipients",
    "broadcasts",
    "broadcast_media",
    "broadcast_sends",
    "statuses",
    "status_people",
    "status_views",
    "plays",
    "reactions",
    "reaction_counts",
    "users",
    "sessions",
    "refresh_tokens",
    "streams",
    "rooms",
    "directs",
    "members",
    "events",
    "revisions",
    "places",
    "host_users",
    "apps",
    "recovery_codes",
    "challenges",
    "proofs",
    "invites",
    "letters",
    "counters",
    "blobs",
    "unneeded_blobs",
    "media",
    "media_files",
    "media_uses",
    "released_media",
    "media_usage",
    "uploads",
    "upload_parts",
    "contacts",
    "contact_requests",
    "blocks",
    "claimed_addresses",
    "dialect_keys",
    "dialect_rooms",
    "register_ids",
    "log_in_codes",
    "dialect_lists",
    "imports",
    "imported_keys",
];

/// Every statement that any connection of this process has run since the first of these tests began.
static STATEMENTS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn collect() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let shown = query.to_string();
            let statement = shown.split(" -- binds:").next().unwrap_or_default().trim();
            if ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"]
                .iter()
                .any(|verb| statement.starts_with(verb))
            {
                STATEMENTS.lock().unwrap().insert(statement.to_owned());
            }
        }
    }))
}

/// A day in the life of a store: whatever people do, at least once. Each part has people of its own.
async fn live_a_day(open: impl AsyncFn() -> Fixture) -> Result<(), parlor_ports::StoreError> {
    set_default_instrumentation(collect).expect("nobody panicked with it");
    log_in_all_day(&open).await?;
    show_pictures_all_day(&open).await?;
    meet_people_all_day(&open).await?;
    be_notified_all_day(&open).await?;
    show_statuses_all_day(&open).await?;
    send_broadcasts_all_day(&open).await?;
    speak_dialects_all_day(&open).await?;
    look_after_rooms_all_day(&open).await?;
    changing::a_deletion_leaves_nothing_of_what_was_said(&open().await).await?;
    changing::authors_take_back_what_they_said(&open().await).await?;
    direct::a_pair_has_one_direct_room(&open().await).await?;
    entering::a_join_is_told_to_the_room_and_to_the_person(&open().await).await?;
    groups::a_repeated_request_makes_one_room(&open().await).await?;
    history::reading_forwards_meets_every_message_once(&open().await).await?;
    leaving::an_owner_is_followed_by_the_oldest_admin(&open().await).await?;
    leaving::people_share_a_room_while_both_are_in_it(&open().await).await?;
    lists::a_listed_room_is_as_it_is(&open().await).await?;
    lists::members_come_in_the_order_of_their_ids(&open().await).await?;
    marks::marks_after_a_rev_are_what_changed_since(&open().await).await?;
    receipts::a_message_lists_whom_it_has_reached(&open().await).await?;
    privacy::nobody_learns_what_is_read_in_private(&open().await).await?;
    privacy::nobody_learns_in_private_what_others_read(&open().await).await?;
    reading::a_page_of_edits_is_no_larger_than_64_kib(&open().await).await?;
    refresh::a_token_shown_again_later_ends_its_session(&open().await).await?;
    repeating::repeated_edits_and_deletions_are_known(&open().await).await?;
    sessions::ended_sessions_are_known_for_a_while(&open().await).await?;
    sessions::sessions_that_are_over_are_forgotten(&open().await).await?;
    sessions::a_session_too_many_ends_the_one_unused_longest(&open().await).await?;
    snapshot::a_snapshot_looks_positions_up(&open().await).await?;
    unread::deleted_messages_are_not_unread(&open().await).await
}

/// What people do to get in, and what they do with their accounts.
async fn log_in_all_day(open: &impl AsyncFn() -> Fixture) -> Result<(), parlor_ports::StoreError> {
    profiles::a_mobile_number_belongs_to_one_person(&open().await).await?;
    profiles::a_profile_changes_one_by_one(&open().await).await?;
    accounts::administrators_log_in_anew(&open().await).await?;
    accounts::another_password_voids_proofs_and_challenges(&open().await).await?;
    accounts::credentials_are_found_by_a_verified_address(&open().await).await?;
    challenges::a_challenge_has_an_end(&open().await).await?;
    challenges::challenges_that_are_over_are_forgotten(&open().await).await?;
    counters::a_count_that_is_forgotten_begins_anew(&open().await).await?;
    counters::windows_that_are_over_are_forgotten(&open().await).await?;
    deleting::messages_are_deleted_wherever_they_are(&open().await).await?;
    deleting::nothing_personal_is_left(&open().await).await?;
    hosted::a_hosted_session_that_was_ended_stays_ended(&open().await).await?;
    hosted::a_hosted_session_that_was_ended_is_remembered_for_a_day(&open().await).await?;
    hosted::hosted_sessions_take_places(&open().await).await?;
    invites::invitations_go_with_the_right_to_make_them(&open().await).await?;
    invites::invitations_are_listed_while_they_are_good(&open().await).await?;
    invites::the_first_administrator_is_invited(&open().await).await?;
    outbox::a_letter_that_was_given_up_is_kept(&open().await).await?;
    outbox::letters_that_were_given_up_long_ago_are_forgotten(&open().await).await?;
    places::places_are_remembered(&open().await).await?;
    places::a_session_that_goes_on_tells_the_place(&open().await).await?;
    places::the_last_fifty_places_are_remembered(&open().await).await?;
    proofs::a_password_is_reset_by_its_proof(&open().await).await?;
    proofs::an_address_goes_to_who_proves_it(&open().await).await?;
    proofs::an_address_is_changed_by_its_proof(&open().await).await?;
    proofs::proofs_that_have_expired_are_forgotten(&open().await).await?;
    registering::a_host_user_has_one_account(&open().await).await?;
    registering::a_server_without_accounts_is_known(&open().await).await?;
    searching::addresses_and_numbers_find_who_shows_them(&open().await).await?;
    searching::people_are_found_by_how_their_names_begin(&open().await).await?;
    searching::people_show_what_they_want(&open().await).await?;
    second_steps::a_recovery_code_is_used_once(&open().await).await?;
    second_steps::a_step_is_used_once(&open().await).await?;
    second_steps::an_app_is_removed(&open().await).await?;
    second_steps::recovery_codes_are_replaced(&open().await).await
}

/// Whom people know, and whom they do not want to hear of.
async fn meet_people_all_day(open: &impl AsyncFn() -> Fixture) -> Result<(), parlor_ports::StoreError> {
    contacts::a_list_of_contacts_is_its_owners(&open().await).await?;
    contacts::lists_forget_the_deleted(&open().await).await?;
    requests::a_request_is_accepted(&open().await).await?;
    requests::a_declined_request_goes_on_waiting_for_its_maker(&open().await).await?;
    requests::people_who_ask_each_other_are_contacts(&open().await).await?;
    blocking::a_block_bars_both_sides_of_a_direct_room(&open().await).await?;
    blocking::a_block_ends_requests(&open().await).await?;
    blocking::a_blocked_person_sees_what_nobody_shows(&open().await).await?;
    blocking::groups_are_not_forced_upon_anybody(&open().await).await?;
    blocking::blocks_are_listed_and_bounded(&open().await).await
}

/// What people are notified of.
async fn be_notified_all_day(open: &impl AsyncFn() -> Fixture) -> Result<(), parlor_ports::StoreError> {
    announcing::everybody_is_told(&open().await).await?;
    announcing::there_is_one_such_room(&open().await).await?;
    api_keys::a_key_is_found_by_its_digest(&open().await).await?;
    api_keys::keys_go_with_their_bot(&open().await).await?;
    mentioning::members_are_mentioned_by_name(&open().await).await?;
    mentioning::an_edit_mentions_anew(&open().await).await?;
    notifying::a_direct_message_is_notified_once(&open().await).await?;
    notifying::invitations_and_requests_are_listed(&open().await).await?;
    notifying::messages_to_all_are_looked_up(&open().await).await?;
    notifying::notifications_are_forgotten_in_time(&open().await).await?;
    notifying::pages_meet_everything_once(&open().await).await?;
    notifying::what_is_seen_is_told(&open().await).await?;
    notifying::who_is_named_is_notified(&open().await).await?;
    publications::a_deleted_account_was_notified_of_nothing(&open().await).await?;
    publications::a_repeated_publication_is_known(&open().await).await?;
    publications::published_media_is_seen_by_the_user(&open().await).await
}

/// What people show for a day.
async fn show_statuses_all_day(open: &impl AsyncFn() -> Fixture) -> Result<(), parlor_ports::StoreError> {
    statuses::an_audience_is_all_but_some_or_only_some(&open().await).await?;
    statuses::a_status_is_taken_back(&open().await).await?;
    statuses::a_status_ends_by_itself(&open().await).await?;
    statuses::nobody_sees_a_status_across_a_block(&open().await).await?;
    statuses::looking_is_noted_once(&open().await).await?;
    statuses::media_is_as_visible_as_its_status(&open().await).await?;
    statuses::there_are_so_many_statuses(&open().await).await?;
    statuses::a_deleted_account_has_no_statuses(&open().await).await
}

/// What people send to many.
async fn look_after_rooms_all_day(open: &impl AsyncFn() -> Fixture) -> Result<(), parlor_ports::StoreError> {
    links::a_link_opens_a_closed_room(&open().await).await?;
    links::links_are_made_by_who_may_bring_people_in(&open().await).await?;
    asking::who_asks_is_let_in_by_an_admin(&open().await).await?;
    moderating::a_mute_outlasts_leaving(&open().await).await?;
    moderating::who_is_banned_stays_out(&open().await).await?;
    channels::marks_are_the_readers_own(&open().await).await?;
    channels::readers_react_unseen(&open().await).await?;
    counting::counts_follow_each_other(&open().await).await?;
    counting::what_is_gone_is_not_counted(&open().await).await?;
    directory::channels_are_listed_in_their_order(&open().await).await?;
    directory::who_is_kept_out_does_not_find_a_channel(&open().await).await
}

async fn send_broadcasts_all_day(open: &impl AsyncFn() -> Fixture) -> Result<(), parlor_ports::StoreError> {
    broadcasts::a_list_is_its_owners(&open().await).await?;
    broadcasts::recipients_come_and_go(&open().await).await?;
    broadcasts::a_broadcast_is_a_direct_message_to_each(&open().await).await?;
    broadcasts::marks_tell_who_has_a_broadcast(&open().await).await?;
    broadcasts::a_deleted_list_sends_nothing_more(&open().await).await?;
    broadcasts::broadcasts_are_remembered_for_a_while(&open().await).await?;
    broadcasts::a_repeated_broadcast_goes_out_once(&open().await).await
}

/// What people do whose programs speak a dialect.
async fn speak_dialects_all_day(open: &impl AsyncFn() -> Fixture) -> Result<(), parlor_ports::StoreError> {
    across::only_what_is_seen_is_among_them(&open().await).await?;
    aliases::a_broadcast_is_read_by_all(&open().await).await?;
    aliases::a_list_has_one_name_in_a_dialect(&open().await).await?;
    aliases::names_go_with_their_lists(&open().await).await?;
    aliases::numbers_of_lists_are_no_rooms(&open().await).await?;
    attending::an_absent_owner_takes_no_part(&open().await).await?;
    attending::rooms_that_changed_last_come_first(&open().await).await?;
    attending::who_owns_a_room_is_known(&open().await).await?;
    attending::it_is_known_where_somebody_takes_part(&open().await).await?;
    attending::places_are_for_those_who_take_part(&open().await).await?;
    chatting::a_room_is_read_up_to_the_last_of_the_others(&open().await).await?;
    chatting::many_accounts_are_found_at_once(&open().await).await?;
    chatting::many_are_asked_at_once_who_has_blocked_whom(&open().await).await?;
    chatting::many_are_asked_at_once_who_shares_a_room(&open().await).await?;
    chatting::what_is_unread_in_direct_rooms_comes_together(&open().await).await?;
    claiming::a_verified_address_is_nobody_elses_claim(&open().await).await?;
    claiming::a_claim_goes_with_its_owners_address(&open().await).await?;
    claiming::an_address_is_claimed_instead_of_another(&open().await).await?;
    dialects::a_key_is_the_same_at_every_log_in(&open().await).await?;
    dialects::an_ended_key_is_followed_by_another(&open().await).await?;
    importing::a_group_comes_with_who_is_in_it(&open().await).await?;
    importing::a_key_is_good_until_its_session_ends(&open().await).await?;
    importing::a_message_shows_what_its_author_has_brought(&open().await).await?;
    importing::a_mobile_number_and_a_register_id_are_kept(&open().await).await?;
    importing::a_status_comes_once(&open().await).await?;
    importing::messages_stand_as_they_were_said(&open().await).await?;
    importing::later_numbers_are_beyond(&open().await).await?;
    importing::rooms_and_lists_are_numbered_together(&open().await).await?;
    naming::a_name_that_is_given_up_is_free(&open().await).await?;
    naming::names_of_dialects_go_with_their_rooms(&open().await).await?;
    numbers::an_account_is_found_by_its_number(&open().await).await?;
    numbers::a_room_is_found_by_its_number(&open().await).await?;
    numbers::a_message_is_found_by_its_number(&open().await).await?;
    people::nobody_is_listed_across_a_block(&open().await).await?;
    people::people_are_listed_by_their_numbers(&open().await).await?;
    people::a_list_of_people_goes_on_after_a_number(&open().await).await?;
    register_ids::a_code_proves_the_address(&open().await).await?;
    register_ids::an_id_is_kept_under_the_newest_secret(&open().await).await?;
    register_ids::codes_are_void_when_the_account_changes(&open().await).await?;
    searching::a_number_that_was_given_finds_its_owner(&open().await).await?;
    searching::who_is_not_discoverable_is_found_by_what_is_whole(&open().await).await?;
    lasting::what_is_refused_takes_no_place(&open().await).await?;
    lasting::what_is_shown_is_the_newest_to_be_seen(&open().await).await?;
    lasting::what_lasts_gives_way_to_the_next(&open().await).await?;
    lasting::what_lasts_is_seen_in_rooms(&open().await).await
}

/// What people do with media.
async fn show_pictures_all_day(open: &impl AsyncFn() -> Fixture) -> Result<(), parlor_ports::StoreError> {
    bytes::a_claim_has_an_end(&open().await).await?;
    quotas::all_together_keep_so_much(&open().await).await?;
    bytes::bytes_are_stored_once(&open().await).await?;
    media::media_is_forgotten_by_its_owner(&open().await).await?;
    playing::who_has_played_is_told_once(&open().await).await?;
    pinning::who_may_pins(&open().await).await?;
    reacting::reactions_are_counted(&open().await).await?;
    reacting::only_what_is_there_is_reacted_to(&open().await).await?;
    playing::plays_go_with_their_message(&open().await).await?;
    showing::a_deleted_message_shows_nothing(&open().await).await?;
    forwarding::forwarded_media_is_kept_by_its_copies(&open().await).await?;
    showing::a_repeated_message_is_known_by_its_media(&open().await).await?;
    showing::media_goes_with_rooms_and_with_accounts(&open().await).await?;
    uploads::a_deleted_account_has_no_uploads(&open().await).await?;
    uploads::a_part_goes_where_the_upload_ends(&open().await).await?;
    uploads::an_ended_upload_is_known_for_a_while(&open().await).await?;
    uploads::uploads_expire(&open().await).await?;
    visible::everybody_sees_an_avatar(&open().await).await?;
    visible::media_is_as_visible_as_its_messages(&open().await).await
}

/// The statements that were run on one of the databases, which spell quotes and parameters in their own ways.
fn statements(quote: char, parameter: char) -> Vec<String> {
    let found = STATEMENTS.lock().unwrap().clone();
    let is_ours = |text: &String| text.contains(quote) || text.contains(parameter);
    let is_short = |text: &String| !is_own_work(text) && !counts_people(text);
    found.into_iter().filter(is_ours).filter(is_short).collect()
}

/// What the store does for itself may look at the few rooms that an index of its own lists.
fn is_own_work(statement: &str) -> bool {
    statement.contains("erased_seq") && statement.contains("IS NOT NULL")
}

/// Whoever is shown a list of people is told how many there are, who are counted one by one.
fn counts_people(statement: &str) -> bool {
    statement.contains("COUNT(*)") && statement.contains("discoverable")
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_searches_and_never_scans() {
    let folder = tempfile::tempdir().unwrap();
    live_a_day(async || crate::fixtures::sqlite().await.expect("there is SQLite"))
        .await
        .unwrap();
    let path = folder.path().join("plans.db");
    parlor_store::migrate(Database::Sqlite(path.clone()))
        .await
        .unwrap();
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let statements = statements('`', '?');
    assert!(statements.len() > 50, "the day was heard: {statements:#?}");
    for statement in statements {
        let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"));
        let steps: Vec<Step> = diesel::RunQueryDsl::load(explain, &mut conn).unwrap();
        for Step { detail } in steps {
            let scanned = detail.strip_prefix("SCAN ").unwrap_or_default();
            let table = scanned.split_whitespace().next().unwrap_or_default();
            // SQLite calls it a scan as well when it reads an index, or the newest rows up to a limit: so it does here.
            let is_bounded =
                TO_DO_TABLES.contains(&table) || SHORT.iter().any(|index| scanned.ends_with(index));
            assert!(is_bounded || !TABLES.contains(&table), "{detail}: {statement}");
            let searched = detail.strip_prefix("SEARCH ").unwrap_or_default();
            let table = searched.split_whitespace().next().unwrap_or_default();
            assert!(
                !OF_MESSAGES.contains(&table) || searched.contains("seq"),
                "{detail}: {statement}"
            );
        }
    }
}

/// Enough in every table that an index is worth its while.
const FILL: &str = "
    INSERT INTO plays (stream_id, seq, user_id, user_number, played_at)
        SELECT md5('r' || n % 100)::uuid, n, md5('u' || n)::uuid, n, 0 FROM generate_series(1, 20000) n;
    INSERT INTO reactions (stream_id, seq, emoji, user_id, user_number, reacted_at)
        SELECT md5('r' || n % 100)::uuid, n, '+', md5('u' || n)::uuid, n, 0 FROM generate_series(1, 20000) n;
    INSERT INTO reaction_counts (stream_id, seq, emoji, amount, since)
        SELECT md5('r' || n % 100)::uuid, n, '+', 1, n FROM generate_series(1, 20000) n;
    INSERT INTO uncounted_reactions (stream_id, seq, emoji, amount, due_at)
        SELECT md5('r' || n % 100)::uuid, n, '+', 1, n FROM generate_series(1, 20000) n;
    INSERT INTO users (id, username, username_key, username_look, display_name, password, admin, status, created_at,
                       name_key, first_name_key, last_name_key, email_key, unproved_key, mobile)
        SELECT md5('u' || n)::uuid, 'u' || n, 'u' || n, 'u' || n, 'u', 'p', false, 1, 0, 'u' || n, 'u' || n, 'u' || n, 'u' || n,
               'u' || n, '+' || n FROM generate_series(1, 20000) n;
    INSERT INTO host_users (issuer, subject, user_id)
        SELECT 'i', n::text, md5('u' || n)::uuid FROM generate_series(1, 20000) n;
    INSERT INTO apps (user_id, sealed, since)
        SELECT md5('u' || n)::uuid, sha256(n::text::bytea), 0 FROM generate_series(1, 20000) n;
    INSERT INTO recovery_codes (user_id, code)
        SELECT md5('u' || n)::uuid, sha256(n::text::bytea) FROM generate_series(1, 20000) n;
    INSERT INTO challenges (token, user_id, password_shown, device, sent, sent_at, tries, expires_at)
        SELECT sha256(n::text::bytea), md5('u' || n)::uuid, true, '', 1, n, 0, n FROM generate_series(1, 20000) n;
    INSERT INTO proofs (token, user_id, purpose, epoch, created_at, expires_at)
        SELECT sha256(n::text::bytea), md5('u' || n)::uuid, 1, 0, n, n FROM generate_series(1, 20000) n;
    INSERT INTO places (user_id, network, seen_at)
        SELECT md5('u' || n)::uuid, n::text, n FROM generate_series(1, 20000) n;
    INSERT INTO invites (token, admin, first, uses, by_id, created_at, expires_at)
        SELECT sha256(n::text::bytea), false, false, 1, md5('u' || n)::uuid, n, n FROM generate_series(1, 20000) n;
    INSERT INTO letters (user_id, email, name, kind, detail, created_at, tried_since, due_at, put_off)
        SELECT md5('u' || n)::uuid, 'a', 'a', 1, '', n, n, n, 0 FROM generate_series(1, 20000) n;
    INSERT INTO counters (name, count, ends_at)
        SELECT sha256(n::text::bytea), 1, n FROM generate_series(1, 20000) n;
    INSERT INTO sessions (id, user_id, device, created_at, used_at, expires_at)
        SELECT md5('s' || n)::uuid, md5('u' || n)::uuid, '', 0, 0, 0 FROM generate_series(1, 20000) n;
    INSERT INTO refresh_tokens (digest, session_id, created_at)
        SELECT sha256(n::text::bytea), md5('s' || n)::uuid, 0 FROM generate_series(1, 20000) n;
    INSERT INTO rooms (id, kind, name, topic, history, join_policy, capacity, member_count, creator_id, client_id, created_at)
        SELECT md5('r' || n)::uuid, 2, n::text, '', 1, 1, 9, 9, md5('u' || n)::uuid, n::text, 0 FROM generate_series(1, 20000) n;
    UPDATE rooms SET listed_at = number WHERE number % 20 = 0;
    INSERT INTO channel_names (room_id, key)
        SELECT md5('r' || n)::uuid, n || ' ' || word FROM generate_series(1, 20000, 20) n, (VALUES ('a'), ('b')) w (word);
    INSERT INTO streams (id, seq, tag, rev, msg_no, active_at)
        SELECT md5(kind || n)::uuid, 20, 0, 0, 20, n FROM generate_series(1, 20000) n, (VALUES ('u'), ('r')) k (kind);
    INSERT INTO directs (low_id, high_id, room_id)
        SELECT md5('u' || n)::uuid, md5('u' || n + 1)::uuid, md5('r' || n)::uuid FROM generate_series(1, 20000) n;
    INSERT INTO members (room_id, user_id, role, visible_from, joined_at, joined_seq, read_seq, read_msg_no,
                         delivered_seq, rev)
        SELECT md5('r' || n)::uuid, md5('u' || (n * 7 + m * 13) % 20000 + 1)::uuid, 1, 1, 0, 1, 1, 1, 1, n % 9
        FROM generate_series(1, 20000) n, generate_series(1, 5) m;
    INSERT INTO events (stream_id, seq, tag, kind, msg_no, sender_id, sender_number, client_id, digest, body, rev,
                        mentions_all, created_at)
        SELECT md5('r' || n)::uuid, seq, 0, 1, seq, md5('u' || n)::uuid, n, n || '-' || seq, 0,
               CASE WHEN seq % 10 > 0 THEN 'hello' END, seq, seq = 1, 0
        FROM generate_series(1, 20000) n, generate_series(1, 20) seq;
    INSERT INTO revisions (stream_id, seq, no, body, replaced_at)
        SELECT md5('r' || n)::uuid, 1, 1, 'x', 0 FROM generate_series(1, 20000) n;
    INSERT INTO blobs (digest, generation, bytes, stored, claims, claimed_until)
        SELECT sha256(n::text::bytea), n, 1, true, 0, n FROM generate_series(1, 20000) n;
    INSERT INTO unneeded_blobs (digest, generation)
        SELECT sha256(n::text::bytea), n FROM generate_series(1, 20000) n;
    INSERT INTO media (id, owner_id, kind, mime, bytes, picture, weight, created_at, expires_at)
        SELECT md5('m' || n)::uuid, md5('u' || n)::uuid, 1, 'image/png', 1, true, 1, n, n FROM generate_series(1, 20000) n;
    INSERT INTO media_files (media_id, file, digest, mime)
        SELECT md5('m' || n)::uuid, file, sha256(n::text::bytea), 'image/png'
        FROM generate_series(1, 20000) n, generate_series(1, 3) file;
    INSERT INTO media_uses (stream_id, seq, media_id)
        SELECT md5('r' || n)::uuid, seq, md5('m' || n)::uuid FROM generate_series(1, 20000) n, generate_series(1, 3) seq;
    INSERT INTO released_media (media_id)
        SELECT md5('m' || n)::uuid FROM generate_series(1, 20000) n;
    INSERT INTO media_usage (owner_id, bytes)
        SELECT md5('u' || n)::uuid, 1 FROM generate_series(1, 20000) n;
    UPDATE users SET avatar = md5('m' || substr(username, 2))::uuid;
    INSERT INTO uploads (id, owner_id, bytes, received, parts, expires_at, ended)
        SELECT md5('p' || n)::uuid, md5('u' || n)::uuid, 1, 0, 0, n, n % 10 = 0 FROM generate_series(1, 20000) n;
    INSERT INTO upload_parts (upload_id, place, no)
        SELECT md5('p' || n)::uuid, place, place FROM generate_series(1, 20000) n, generate_series(1, 3) place;
    INSERT INTO contacts (user_id, contact_id, created_at)
        SELECT md5('u' || n)::uuid, md5('u' || (n * 7 + m * 13) % 20000 + 1)::uuid, 0
        FROM generate_series(1, 20000) n, generate_series(1, 3) m;
    INSERT INTO contact_requests (user_id, from_id, created_at, declined_at, withdrawn)
        SELECT md5('u' || n)::uuid, md5('u' || (n * 7 + m * 13) % 20000 + 1)::uuid, 0, n, n % 10 = 0
        FROM generate_series(1, 20000) n, generate_series(1, 3) m;
    INSERT INTO room_links (code, room_id, by_id, by_number, approval, used, uses, created_at, expires_at)
        SELECT md5('k' || n), md5('r' || n)::uuid, md5('u' || n)::uuid, n, false, 0, 5, n, n FROM generate_series(1, 20000) n;
    INSERT INTO join_requests (room_id, user_id, user_number, created_at)
        SELECT md5('r' || n)::uuid, md5('u' || (n * 7 + m * 13) % 20000 + 1)::uuid, n, 0
        FROM generate_series(1, 20000) n, generate_series(1, 3) m;
    INSERT INTO sanctions (room_id, user_id, banned_at, banned_by, muted_until)
        SELECT md5('r' || n)::uuid, md5('u' || (n * 7 + m * 13) % 20000 + 1)::uuid, n, md5('u' || n)::uuid, n
        FROM generate_series(1, 20000) n, generate_series(1, 3) m;
    INSERT INTO waiting_notices (room_id, seq, peer_id, due_at)
        SELECT md5('r' || n)::uuid, n, md5('u' || n)::uuid, n FROM generate_series(1, 20000) n;
    INSERT INTO notifications (user_id, seq, kind, actor_id, room_id, target, created_at)
        SELECT md5('u' || n)::uuid, m, 1, md5('u' || m)::uuid, md5('r' || n)::uuid, m, n
        FROM generate_series(1, 20000) n, generate_series(1, 3) m;
    INSERT INTO notification_marks (user_id, up_to, until)
        SELECT md5('u' || n)::uuid, n, n FROM generate_series(1, 20000) n;
    INSERT INTO api_keys (digest, name, scopes, bot_id, by_id, created_at)
        SELECT sha256(n::text::bytea), 'k', 1, md5('u' || n)::uuid, md5('u' || n)::uuid, 0 FROM generate_series(1, 20000) n;
    INSERT INTO publications (key_number, idempotency_key, digest, seq, created_at)
        SELECT number, 'k', 0, 1, number FROM api_keys;
    INSERT INTO blocks (user_id, blocked_id, created_at)
        SELECT md5('u' || n)::uuid, md5('u' || (n * 7 + m * 13) % 20000 + 1)::uuid, 0
        FROM generate_series(1, 20000) n, generate_series(1, 3) m;
    INSERT INTO statuses (id, author_id, author_number, client_id, digest, body, media_id, audience, views, created_at,
                          expires_at, removed, telling, told_to)
        SELECT md5('t' || n)::uuid, md5('u' || n)::uuid, n, n::text, 0, 'x', md5('m' || n)::uuid, 1, 0, n, n, false, n % 100 = 0,
               md5('u')::uuid FROM generate_series(1, 20000) n;
    INSERT INTO status_people (status_id, user_id)
        SELECT md5('t' || n)::uuid, md5('u' || m)::uuid FROM generate_series(1, 20000) n, generate_series(1, 3) m;
    INSERT INTO status_views (user_id, author_id, status_id, user_number, viewed_at)
        SELECT md5('u' || (n * 7 + m * 13) % 20000 + 1)::uuid, md5('u' || n)::uuid, md5('t' || n)::uuid, n, n
        FROM generate_series(1, 20000) n, generate_series(1, 3) m;
    INSERT INTO broadcast_lists (id, owner_id, name, recipients, created_at, deleted)
        SELECT md5('l' || n)::uuid, md5('u' || n)::uuid, 'x', 3, n, n % 100 = 0 FROM generate_series(1, 20000) n;
    INSERT INTO broadcast_recipients (list_id, user_id)
        SELECT md5('l' || n)::uuid, md5('u' || m)::uuid FROM generate_series(1, 20000) n, generate_series(1, 3) m;
    INSERT INTO broadcasts (id, list_id, sender_id, sender_number, client_id, digest, body, waiting, sent, skipped, come_to,
                            created_at, ended_at)
        SELECT md5('b' || n)::uuid, md5('l' || n)::uuid, md5('u' || n)::uuid, n, n::text, 0, 'x', 0, 3, 0, md5('u')::uuid, n,
               CASE WHEN n % 100 > 0 THEN n END FROM generate_series(1, 20000) n;
    INSERT INTO broadcast_media (broadcast_id, place, media_id)
        SELECT md5('b' || n)::uuid, 0, md5('m' || n)::uuid FROM generate_series(1, 20000) n;
    INSERT INTO broadcast_sends (broadcast_id, user_id, user_number, room_id, seq)
        SELECT md5('b' || n)::uuid, md5('u' || m)::uuid, m, md5('r' || n)::uuid, 1
        FROM generate_series(1, 20000) n, generate_series(1, 3) m;
    INSERT INTO claimed_addresses (email_key, user_id)
        SELECT 'u' || n, md5('u' || n)::uuid FROM generate_series(1, 20000) n;
    INSERT INTO dialect_keys (user_id, dialect, counter, session_id)
        SELECT md5('u' || n)::uuid, dialect, 0, md5('s' || n)::uuid
        FROM generate_series(1, 20000) n, generate_series(1, 2) dialect;
    INSERT INTO dialect_rooms (dialect, name, room_id)
        SELECT dialect, n::text, md5('r' || n)::uuid FROM generate_series(1, 20000) n, generate_series(1, 2) dialect;
    INSERT INTO register_ids (user_id, waits, waits_until, digest)
        SELECT md5('u' || n)::uuid, waits, CASE WHEN waits THEN n END, sha256((n || waits::text)::bytea)
        FROM generate_series(1, 20000) n, (VALUES (true), (false)) w (waits);
    INSERT INTO log_in_codes (user_id, code, begun_at, expires_at, sent, sent_at, tries)
        SELECT md5('u' || n)::uuid, sha256(n::text::bytea), 0, n, 1, n, 0 FROM generate_series(1, 20000) n;
    INSERT INTO dialect_lists (dialect, name, list_id, number)
        SELECT dialect, 'l' || n, md5('l' || n)::uuid, 40000 + n * 2 + dialect
        FROM generate_series(1, 20000) n, generate_series(1, 2) dialect;
    INSERT INTO import_origins (dialect, name, created_at) VALUES (5, 'rooms', 0);
    INSERT INTO imports (origin_number, model, key, id)
        SELECT number, model, n::text, md5('u' || n)::uuid
        FROM import_origins, generate_series(1, 20000) n, generate_series(1, 2) model;
    INSERT INTO imported_keys (dialect, digest, session_id)
        SELECT 5, sha256(n::text::bytea), md5('s' || n)::uuid FROM generate_series(1, 20000) n;
    UPDATE members SET absent = true WHERE rev = 0;
    ANALYZE";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

/// How many parameters a statement has.
fn parameters(statement: &str) -> usize {
    let numbers = statement.split('$').skip(1).filter_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    numbers.max().unwrap_or(0)
}

/// The statement with the types of its arrays, which the store gives beside the text: those of the columns that they are
/// unnested into.
fn with_types(statement: &str) -> String {
    let mut typed = String::new();
    let mut rest = statement;
    while let Some((before, after)) = rest.split_once("unnest(") {
        let (arrays, after) = after.split_once(')').unwrap();
        let columns = match before.strip_suffix(") SELECT * FROM ") {
            Some(insert) => insert.rsplit_once('(').unwrap().1,
            None => after.split_once('(').unwrap().1.split_once(')').unwrap().0,
        };
        let arrays: Vec<String> = arrays
            .split(", ")
            .zip(columns.split(", "))
            .map(|(array, column)| format!("{array}::{}[]", kind(column.trim())))
            .collect();
        typed += &format!("{before}unnest({})", arrays.join(", "));
        rest = after;
    }
    typed + rest
}

fn kind(column: &str) -> &'static str {
    match column {
        "client_id" | "body" | "detail" | "payload" | "mentions" | "username_key" => "text",
        "mentions_all" => "boolean",
        "tag" => "integer",
        "kind" => "smallint",
        _ if column == "id" || column.ends_with("_id") => "uuid",
        _ => "bigint",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_uses_indexes_and_never_scans() {
    let Some(server) = Postgres::start().await else {
        return;
    };
    live_a_day(async || crate::fixtures::postgres().await.expect("there is PostgreSQL"))
        .await
        .unwrap();
    let database = server.database();
    parlor_store::migrate(database.url().parse().unwrap())
        .await
        .unwrap();
    let mut conn = AsyncPgConnection::establish(database.url()).await.unwrap();
    conn.batch_execute(FILL).await.unwrap();
    conn.batch_execute("SET plan_cache_mode = force_generic_plan")
        .await
        .unwrap();
    let statements = statements('"', '$');
    assert!(statements.len() > 50, "the day was heard: {statements:#?}");
    for (n, statement) in statements.into_iter().enumerate() {
        conn.batch_execute(&format!("PREPARE p{n} AS {}", with_types(&statement)))
            .await
            .unwrap();
        let nulls = vec!["NULL"; parameters(&statement)].join(", ");
        let call = if nulls.is_empty() {
            format!("p{n}")
        } else {
            format!("p{n} ({nulls})")
        };
        let lines: Vec<Line> =
            diesel_async::RunQueryDsl::load(diesel::sql_query(format!("EXPLAIN EXECUTE {call}")), &mut conn)
                .await
                .unwrap();
        let plan: Vec<String> = lines.into_iter().map(|line| line.plan).collect();
        for table in TABLES {
            let scan = format!("Seq Scan on {table} ");
            assert!(
                !plan.iter().any(|line| line.contains(&scan)),
                "{plan:#?}: {statement}"
            );
        }
    }
}
