//! The list of the suite's tests, as a macro that makes one test of each.

/// Makes one test of each function of the suite, on stores that the function at this path opens:
/// `async fn() -> Option<Fixture>`, `None` if the database is not installed. Call it in a module of its own for each
/// database; the path must begin with `crate`. The calling crate needs tokio.
#[macro_export]
macro_rules! conformance {
    ($open:path) => {
        $crate::conformance! { @chapters $open;
            accounts {
                an_account_is_as_it_was_registered,
                credentials_are_found_by_name,
                another_password_ends_all_sessions_but_one,
                a_locked_account_has_no_sessions,
                a_display_name_can_be_changed,
                last_seen_never_moves_back,
            }
            appending {
                what_was_answered_stands_in_the_log,
                seqs_are_dense_when_everybody_writes_at_once,
                appends_keep_the_order_in_which_they_were_begun,
                every_stream_counts_for_itself,
                a_large_message_is_kept_to_the_letter,
            }
            at_once {
                everybody_does_everything_at_once,
                a_page_is_of_one_moment,
                nobody_speaks_after_being_put_out,
            }
            changing {
                an_edit_replaces_the_text,
                edits_keep_what_they_replace,
                a_message_is_edited_a_thousand_times,
                a_page_of_revisions_is_no_larger_than_256_kib,
                revisions_are_as_visible_as_their_message,
                a_deletion_leaves_nothing_of_what_was_said,
                admins_delete_anybodys_message,
                replayed_changes_carry_the_current_state,
                a_reply_points_to_what_it_answers,
                changes_in_the_same_instant_take_effect_in_order,
            }
            direct {
                a_direct_room_is_of_two_equals,
                a_pair_has_one_direct_room,
                a_pair_that_opens_at_once_has_one_direct_room,
                a_direct_room_needs_an_account,
                a_direct_room_does_not_change,
                a_direct_room_is_hidden_from_others,
            }
            ending {
                a_room_that_everybody_leaves_at_once_ends,
                a_room_ends_with_its_last_member,
                a_deleted_room_is_no_more,
                only_the_owner_deletes_a_room,
                a_room_that_ended_takes_no_place,
            }
            entering {
                a_join_is_told_to_the_room_and_to_the_person,
                a_member_joins_only_once,
                a_closed_group_is_not_joined,
                joins_at_once_never_overfill_a_room,
                a_place_that_was_left_can_be_taken,
                joins_at_once_never_give_a_person_too_many_rooms,
                many_are_added_by_one_event,
                all_are_added_or_none,
                admins_add_people,
                a_smaller_capacity_puts_nobody_out,
            }
            groups {
                a_group_is_as_it_was_asked_for,
                rooms_are_numbered,
                a_group_of_many_is_made_at_once,
                a_repeated_request_makes_one_room,
                a_request_repeated_at_once_makes_one_room,
                a_client_id_of_another_group_is_a_conflict,
                a_room_that_is_gone_is_not_made_again,
                a_refused_group_is_not_made,
                nobody_has_too_many_rooms,
            }
            history {
                the_newest_messages,
                a_page_is_no_larger_than_256_kib,
                reading_backwards_meets_every_message_once,
                reading_forwards_meets_every_message_once,
                history_holds_messages_only,
                a_page_is_as_of_the_head,
                strangers_see_nothing,
                new_members_may_see_everything,
                new_members_may_see_nothing_of_what_was_before,
                whoever_comes_back_sees_as_a_new_member,
                what_members_may_see_is_settled_when_they_join,
                one_message_is_found_by_its_seq,
            }
            leaving {
                a_leave_is_told_to_the_room_and_to_the_person,
                members_are_put_out_by_those_above_them,
                an_owner_is_followed_by_the_oldest_admin,
                an_owner_is_followed_by_the_oldest_member,
                people_share_a_room_while_both_are_in_it,
            }
            lists {
                rooms_come_newest_first,
                a_listed_room_is_as_it_is,
                the_last_message_is_the_newest_to_be_seen,
                pages_of_rooms_have_no_gaps_and_no_repeats,
                a_page_of_rooms_is_no_larger_than_256_kib,
                pages_of_rooms_of_one_instant_have_no_gaps_and_no_repeats,
                pages_of_rooms_hold_while_messages_arrive,
                members_come_in_the_order_of_their_ids,
                a_listed_member_is_as_he_is,
            }
            marks {
                sending_moves_ones_own_mark,
                marks_begin_at_the_join,
                marks_never_move_back,
                marks_never_move_beyond_the_head,
                a_mark_that_does_not_move_is_nothing,
                marks_of_strangers_are_passed_over,
                a_flush_has_one_rev_for_each_room,
                marks_after_a_rev_are_what_changed_since,
                marks_after_a_rev_are_those_of_members,
                marks_that_come_at_once_all_take_effect,
            }
            publishing {
                events_are_published_before_they_are_answered,
                events_are_published_with_their_origin,
                a_retry_does_not_change_the_origin,
                joins_are_published_to_the_room_and_to_the_person,
                marks_are_published_when_they_move,
            }
            reading {
                the_log_is_read_from_anywhere,
                a_page_has_at_most_64_events,
                a_page_is_no_larger_than_64_kib,
                a_page_of_edits_is_no_larger_than_64_kib,
                an_unknown_stream_is_empty,
                a_persons_stream_tells_of_that_person_only,
            }
            refresh {
                a_token_is_exchanged_for_its_successor,
                an_unknown_token_is_unknown,
                a_retry_within_the_grace_is_answered_the_same,
                a_token_is_exchanged_once_by_many_at_once,
                a_token_with_two_successors_ends_its_session,
                a_token_shown_again_later_ends_its_session,
                an_old_token_ends_its_session,
                a_used_token_is_known_for_its_life,
                a_session_that_is_over_is_not_refreshed,
            }
            refusals {
                strangers_find_no_room,
                nobody_writes_into_a_persons_stream,
                whoever_left_finds_no_room,
                a_target_must_be_a_message,
                a_target_must_be_visible,
                others_messages_cannot_be_changed,
                in_a_direct_room_each_deletes_only_his_own,
                what_was_deleted_cannot_be_changed,
            }
            registering {
                accounts_are_numbered,
                look_alike_names_are_taken,
                an_address_belongs_to_one_account,
                a_name_wanted_by_many_at_once_goes_to_one,
                many_register_at_once,
            }
            repeating {
                a_repeated_append_is_known,
                an_append_repeated_in_the_same_instant_is_stored_once,
                a_client_id_used_twice_in_the_same_instant_is_a_conflict,
                a_client_id_used_for_something_else_is_a_conflict,
                repeated_edits_and_deletions_are_known,
                a_repeated_append_is_known_after_an_edit,
                a_repeated_append_is_known_after_a_deletion,
                a_repeated_append_is_known_after_its_sender_was_put_out,
                a_client_id_means_something_only_to_its_sender_in_its_room,
                a_client_id_that_was_refused_can_be_used,
            }
            resume {
                reading_in_pieces_ends_like_reading_everything,
            }
            roles {
                the_owner_gives_roles,
                roles_are_the_owners_to_give,
                an_owner_hands_over,
                only_the_owner_hands_over,
                a_room_always_has_one_owner,
                settings_change_one_by_one,
                admins_change_settings,
            }
            sessions {
                a_session_is_as_it_was_opened,
                sessions_are_listed_last_used_first,
                an_expired_session_is_over,
                a_session_too_many_ends_the_one_unused_longest,
                an_expired_session_takes_no_place,
                a_session_is_ended_by_its_owner,
                all_sessions_but_one_are_ended,
                ended_sessions_are_known_for_a_while,
                sessions_that_are_over_are_forgotten,
                a_locked_account_is_found_by_no_session,
            }
            snapshot {
                a_snapshot_tells_where_streams_stand,
                a_snapshot_looks_positions_up,
                a_snapshot_looks_many_positions_up,
                a_session_that_is_over_has_no_snapshot,
            }
            unread {
                what_others_say_is_unread_until_it_is_read,
                delivery_is_not_reading,
                nothing_is_unread_after_sending,
                deleted_messages_are_not_unread,
                only_messages_are_unread,
                a_mark_may_stand_at_any_event,
                what_was_before_the_join_is_not_unread,
                what_was_said_without_one_is_not_unread,
            }
        }
    };
    (@chapters $open:path; $($chapter:ident { $($test:ident,)+ })+) => {
        $(
            mod $chapter {
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $test() {
                        $crate::conformance::run($open, $crate::conformance::$chapter::$test).await;
                    }
                )+
            }
        )+
    };
}
