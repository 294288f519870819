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
                credentials_are_found_by_a_verified_address,
                an_account_may_have_no_password,
                another_password_ends_all_sessions_but_one,
                another_password_voids_proofs_and_challenges,
                a_hash_is_replaced_if_it_is_still_there,
                another_hash_of_a_password_ends_nothing,
                a_lock_voids_proofs_and_challenges,
                administrators_log_in_anew,
                a_locked_account_has_no_sessions,
                last_seen_never_moves_back,
            }
            across {
                messages_of_all_rooms_come_newest_first,
                only_what_is_seen_is_among_them,
                pages_across_rooms_meet_every_message_once,
            }
            aliases {
                a_list_has_one_name_in_a_dialect,
                numbers_of_lists_are_no_rooms,
                names_go_with_their_lists,
                a_name_wanted_for_rooms_and_lists_at_once_goes_to_one,
                a_broadcast_is_read_by_all,
            }
            announcing {
                everybody_is_told,
                nobody_leaves_it,
                only_the_server_speaks,
                people_are_brought_in_once,
                people_register_while_it_is_made,
                there_is_one_such_room,
                it_outlasts_its_members,
            }
            api_keys {
                a_key_is_found_by_its_digest,
                a_revoked_key_is_no_key,
                a_key_has_a_bot_or_none,
                a_new_bot_comes_with_its_key,
                keys_go_with_their_bot,
                a_bot_is_known_as_one,
            }
            appending {
                what_was_answered_stands_in_the_log,
                seqs_are_dense_when_everybody_writes_at_once,
                appends_keep_the_order_in_which_they_were_begun,
                every_stream_counts_for_itself,
                a_large_message_is_kept_to_the_letter,
            }
            asking {
                who_asks_is_let_in_by_an_admin,
                a_request_can_come_to_nothing,
                who_is_added_asks_no_more,
                a_link_can_lead_to_a_request,
                requests_answered_at_once_never_overfill_a_room,
                requests_end_with_the_room,
            }
            at_once {
                everybody_does_everything_at_once,
                a_page_is_of_one_moment,
                nobody_speaks_after_being_put_out,
            }
            attending {
                an_absent_owner_takes_no_part,
                who_is_absent_keeps_his_place,
                not_every_room_can_be_missed,
                a_channel_does_not_know_who_is_absent,
                the_last_place_goes_to_one_of_ten,
                a_room_tells_when_it_changed,
                rooms_that_changed_last_come_first,
                who_owns_a_room_is_known,
                it_is_known_where_somebody_takes_part,
                places_are_for_those_who_take_part,
            }
            blocking {
                a_block_bars_both_sides_of_a_direct_room,
                nothing_is_said_after_a_block,
                a_direct_room_is_opened_by_who_may,
                groups_are_not_forced_upon_anybody,
                a_blocked_person_sees_what_nobody_shows,
                marks_rest_while_a_block_is,
                blocks_are_listed_and_bounded,
                a_block_ends_requests,
                a_direct_room_and_a_block_at_once,
            }
            broadcasts {
                a_list_is_its_owners,
                recipients_come_and_go,
                a_broadcast_is_a_direct_message_to_each,
                everybody_gets_a_broadcast_exactly_once,
                who_cannot_be_reached_is_passed_over,
                marks_tell_who_has_a_broadcast,
                a_deleted_list_sends_nothing_more,
                broadcasts_are_remembered_for_a_while,
                a_repeated_broadcast_goes_out_once,
                a_locked_account_sends_nothing,
            }
            bytes {
                bytes_are_stored_once,
                unneeded_bytes_are_found_until_they_are_gone,
                a_claim_has_an_end,
                what_is_refused_is_given_up,
                a_claim_outlives_media_of_others,
                what_is_kept_has_its_bytes,
            }
            challenges {
                a_challenge_is_as_it_was_opened,
                a_challenge_has_an_end,
                tries_at_once_are_counted,
                a_challenge_is_met_once,
                a_code_is_replaced_once,
                challenges_that_are_over_are_forgotten,
            }
            changing {
                an_edit_replaces_the_text,
                an_edit_comes_with_its_message,
                edits_keep_what_they_replace,
                a_message_is_edited_a_thousand_times,
                a_page_of_revisions_is_no_larger_than_256_kib,
                revisions_are_as_visible_as_their_message,
                a_deletion_leaves_nothing_of_what_was_said,
                admins_delete_anybodys_message,
                authors_take_back_what_they_said,
                replayed_changes_carry_the_current_state,
                a_reply_points_to_what_it_answers,
                changes_in_the_same_instant_take_effect_in_order,
            }
            channels {
                readers_come_and_go_unseen,
                readers_do_not_see_each_other,
                readers_react_unseen,
                who_is_muted_in_a_channel_is_told_alone,
                marks_are_the_readers_own,
                a_channel_always_has_an_owner,
            }
            chatting {
                many_accounts_are_found_at_once,
                many_are_asked_at_once_who_shares_a_room,
                many_are_asked_at_once_who_has_blocked_whom,
                a_room_is_read_up_to_the_last_of_the_others,
                what_is_unread_in_direct_rooms_comes_together,
            }
            claiming {
                a_claimed_address_is_logged_in_by,
                an_address_is_claimed_once,
                a_verified_address_is_nobody_elses_claim,
                a_claimed_address_is_verified,
                a_claim_goes_with_its_owners_address,
                an_address_is_claimed_instead_of_another,
                an_address_claimed_by_many_at_once_goes_to_one,
                an_address_is_claimed_while_it_is_verified,
            }
            contacts {
                a_list_of_contacts_is_its_owners,
                contacts_at_once_never_overfill_a_list,
                contacts_see_what_contacts_see,
                lists_forget_the_deleted,
            }
            counters {
                a_window_lets_so_many_through,
                no_more_are_let_through_at_once,
                a_count_that_is_forgotten_begins_anew,
                windows_that_are_over_are_forgotten,
            }
            counting {
                a_storm_of_reactions_is_told_once,
                counts_follow_each_other,
                what_is_gone_is_not_counted,
                what_waits_takes_its_place,
                many_count_at_once,
                reading_a_channel_in_pieces_ends_like_reading_everything,
            }
            deleting {
                nothing_personal_is_left,
                a_deleted_account_is_of_no_use,
                what_a_deleted_account_had_is_free,
                letters_to_others_go_on_waiting,
                groups_are_left_and_messages_stay,
                messages_are_deleted_wherever_they_are,
                channels_are_left_and_requests_end,
                groups_of_the_deleted_pass_on,
                a_long_history_is_deleted_piece_by_piece,
            }
            dialects {
                a_key_is_the_same_at_every_log_in,
                a_key_is_of_one_user_in_one_dialect,
                an_ended_key_is_followed_by_another,
                an_account_that_is_disabled_has_no_key,
                sessions_of_keys_take_places,
                log_ins_at_once_have_one_key,
            }
            direct {
                a_direct_room_is_of_two_equals,
                a_person_has_notes,
                a_pair_has_one_direct_room,
                a_pair_that_opens_at_once_has_one_direct_room,
                a_direct_room_needs_an_account,
                a_direct_room_does_not_change,
                a_direct_room_is_hidden_from_others,
            }
            directory {
                an_open_channel_is_listed,
                channels_are_listed_in_their_order,
                channels_are_found_by_the_words_of_their_names,
                who_is_kept_out_does_not_find_a_channel,
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
            forwarding {
                a_forwarded_message_is_a_copy,
                only_what_is_seen_is_forwarded,
                what_is_forwarded_is_not_edited,
                a_repeated_forward_is_known,
                a_forward_follows_what_was_done_before_it,
                forwarded_media_is_kept_by_its_copies,
                what_is_deleted_is_forwarded_or_gone,
            }
            groups {
                a_group_is_as_it_was_asked_for,
                rooms_are_numbered,
                a_group_of_many_is_made_at_once,
                a_repeated_request_makes_one_room,
                a_client_id_of_another_group_is_a_conflict,
                a_room_that_is_gone_is_not_made_again,
                a_request_repeated_at_once_makes_one_room,
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
            hosted {
                a_hosted_session_lives_by_its_tokens,
                a_hosted_session_that_was_ended_stays_ended,
                a_hosted_session_that_was_ended_is_remembered_for_a_day,
                a_log_in_seen_by_many_at_once_is_one_session,
                hosted_sessions_take_places,
                a_locked_account_has_no_hosted_session,
            }
            importing {
                a_person_comes_once_and_keeps_his_number,
                the_time_of_a_room_never_goes_back,
                a_name_and_an_address_are_one_persons,
                a_mobile_number_and_a_register_id_are_kept,
                a_group_comes_with_who_is_in_it,
                two_people_have_one_direct_room,
                nobody_comes_into_too_many_rooms,
                messages_stand_as_they_were_said,
                what_nobody_has_read_is_unread,
                who_has_left_comes_to_say_it_and_goes,
                a_message_shows_what_its_author_has_brought,
                a_picture_comes_once,
                later_numbers_are_beyond,
                a_key_is_good_until_its_session_ends,
                a_list_comes_with_its_recipients,
                rooms_and_lists_are_numbered_together,
                a_status_comes_once,
            }
            invites {
                invitations_are_listed_while_they_are_good,
                an_invitation_decides_who_is_an_administrator,
                an_invitation_makes_so_many_accounts,
                an_invitation_is_used_up_by_accounts_only,
                the_first_administrator_is_invited,
                the_first_invitation_is_for_the_first_administrator,
                invitations_go_with_the_right_to_make_them,
                programs_that_invite_at_once_leave_one_invitation,
            }
            lasting {
                what_lasts_gives_way_to_the_next,
                what_is_refused_takes_no_place,
                what_lasts_is_seen_in_rooms,
                what_is_shown_is_the_newest_to_be_seen,
            }
            leaving {
                a_leave_is_told_to_the_room_and_to_the_person,
                members_are_put_out_by_those_above_them,
                an_owner_is_followed_by_the_oldest_admin,
                an_owner_is_followed_by_the_oldest_member,
                a_bot_is_the_last_to_follow_an_owner,
                people_share_a_room_while_both_are_in_it,
            }
            links {
                a_link_opens_a_closed_room,
                a_link_is_used_up,
                links_are_made_by_who_may_bring_people_in,
                links_are_limited_and_end_with_the_room,
                a_direct_room_has_no_links,
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
            media {
                media_is_as_it_was_kept,
                unused_media_is_forgotten_in_time,
                media_is_forgotten_by_its_owner,
                who_has_no_account_keeps_nothing,
            }
            receipts {
                a_message_lists_whom_it_has_reached,
                receipts_are_for_who_sees_the_message,
            }
            privacy {
                nobody_learns_what_is_read_in_private,
                nobody_learns_in_private_what_others_read,
                what_is_played_in_private_stays_so,
                a_change_of_privacy_is_told_to_oneself,
            }
            moderating {
                who_is_muted_says_nothing,
                a_mute_outlasts_leaving,
                people_are_restrained_by_those_above_them,
                who_is_banned_stays_out,
                a_stranger_is_banned,
                nobody_writes_after_his_ban,
                what_comes_at_once_has_one_order,
            }
            mentioning {
                members_are_mentioned_by_name,
                all_are_mentioned_by_right,
                readers_of_a_channel_are_not_found_by_mentioning_them,
                an_edit_mentions_anew,
                who_came_since_changes_no_repeat,
                a_batch_keeps_rooms_apart,
            }
            naming {
                a_name_is_given_once_where_it_is_asked_for,
                a_name_that_is_given_up_is_free,
                names_wanted_by_many_at_once_go_to_one,
                a_dialect_gives_a_name_once,
                names_of_dialects_go_with_their_rooms,
                a_dialects_name_wanted_by_many_at_once_goes_to_one,
                who_knows_a_dialects_name_comes_in,
                groups_in_which_nobody_else_is_end_but_for_some,
            }
            notifying {
                who_is_named_is_notified,
                a_direct_message_is_notified_once,
                an_answer_to_a_status_is_notified_by_itself,
                who_should_not_hear_is_not_notified,
                messages_to_all_are_looked_up,
                invitations_and_requests_are_listed,
                what_is_seen_is_told,
                pages_meet_everything_once,
                many_notify_once,
                notifications_are_forgotten_in_time,
            }
            numbers {
                an_account_is_found_by_its_number,
                a_room_is_found_by_its_number,
                a_message_is_found_by_its_number,
            }
            outbox {
                a_letter_is_as_it_was_written,
                a_letter_is_taken_by_one_until_he_is_given_up,
                workers_share_the_letters,
                a_letter_that_was_put_off_comes_again,
                a_letter_that_was_given_up_is_kept,
                letters_that_were_given_up_long_ago_are_forgotten,
            }
            people {
                people_are_listed_by_their_numbers,
                a_list_of_people_goes_on_after_a_number,
                who_is_not_discoverable_is_not_listed,
                nobody_is_listed_across_a_block,
            }
            places {
                places_are_remembered,
                a_place_is_a_network,
                a_session_that_goes_on_tells_the_place,
                the_last_fifty_places_are_remembered,
            }
            pinning {
                who_may_pins,
                pins_are_as_visible_as_their_messages,
                a_room_has_so_many_pins,
            }
            playing {
                who_has_played_is_told_once,
                only_voice_messages_are_played,
                plays_go_with_their_message,
                many_play_at_once,
            }
            profiles {
                a_profile_changes_one_by_one,
                a_mobile_number_belongs_to_one_person,
                a_number_wanted_by_many_at_once_goes_to_one,
            }
            proofs {
                a_proof_is_as_it_was_issued,
                a_proof_takes_the_place_of_the_last_one,
                the_operator_gives_an_address,
                an_old_address_gets_no_link,
                a_proof_is_good_for_its_purpose_only,
                an_address_goes_to_who_proves_it,
                a_proved_address_is_taken_from_nobody,
                an_address_proved_by_many_at_once_goes_to_one,
                a_proof_is_used_once,
                an_address_is_changed_by_its_proof,
                a_password_is_reset_by_its_proof,
                a_reset_takes_no_proved_address,
                proofs_that_have_expired_are_forgotten,
            }
            publications {
                a_publication_notifies,
                a_repeated_publication_is_known,
                publications_at_once_notify_once,
                what_is_not_there_is_not_published,
                published_media_is_seen_by_the_user,
                a_deleted_account_was_notified_of_nothing,
            }
            publishing {
                events_are_published_before_they_are_answered,
                events_are_published_with_their_origin,
                a_retry_does_not_change_the_origin,
                joins_are_published_to_the_room_and_to_the_person,
                marks_are_published_when_they_move,
            }
            quotas {
                a_person_keeps_so_much,
                all_together_keep_so_much,
                no_more_is_kept_at_once,
            }
            reacting {
                reactions_are_counted,
                only_what_is_there_is_reacted_to,
                reactions_have_limits_and_pages,
                many_react_at_once,
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
            register_ids {
                an_id_is_given_to_who_has_none,
                an_id_waits_until_it_is_used,
                an_id_is_mailed_to_its_owner_alone,
                an_id_is_kept_under_the_newest_secret,
                codes_are_sent_so_many_times,
                a_code_belongs_to_a_log_in,
                tries_at_once_are_counted,
                a_code_is_used_once,
                a_code_proves_the_address,
                codes_are_void_when_the_account_changes,
            }
            registering {
                accounts_are_numbered,
                look_alike_names_are_taken,
                a_verified_address_belongs_to_one_account,
                a_verified_address_wanted_by_many_at_once_goes_to_one,
                an_account_is_made_with_its_proof_and_its_letter,
                a_mobile_number_belongs_to_one_account,
                a_host_user_has_one_account,
                a_server_without_accounts_is_known,
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
            requests {
                a_request_is_accepted,
                a_declined_request_goes_on_waiting_for_its_maker,
                people_who_ask_each_other_are_contacts,
                who_is_added_has_his_request_accepted,
                requests_at_once_never_overfill_a_list,
                requests_and_blocks_at_once_agree,
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
            ruling {
                only_admins_write_where_it_is_ruled,
                slow_mode_spaces_messages,
                members_bring_people_in_where_it_is_ruled,
            }
            searching {
                people_are_found_by_how_their_names_begin,
                the_one_who_is_called_so_comes_first,
                locked_accounts_are_not_found,
                addresses_and_numbers_find_who_shows_them,
                an_unverified_address_is_not_shown,
                who_is_not_discoverable_is_found_by_what_is_whole,
                a_number_that_was_given_finds_its_owner,
                people_show_what_they_want,
                a_stranger_makes_himself_no_contact,
            }
            second_steps {
                a_mailed_code_needs_a_verified_address,
                an_app_is_enrolled_and_confirmed,
                an_app_is_confirmed_once,
                a_step_is_used_once,
                a_recovery_code_is_used_once,
                recovery_codes_are_replaced,
                an_app_is_removed,
                the_operator_resets_a_second_step,
                all_apps_are_listed_by_pages,
            }
            sessions {
                a_session_is_as_it_was_opened,
                sessions_are_listed_last_used_first,
                an_expired_session_is_over,
                a_session_too_many_ends_the_one_unused_longest,
                a_session_in_use_is_not_the_one_that_ends,
                an_expired_session_takes_no_place,
                a_session_is_ended_by_its_owner,
                all_sessions_but_one_are_ended,
                ended_sessions_are_known_for_a_while,
                sessions_that_are_over_are_forgotten,
                a_locked_account_is_found_by_no_session,
            }
            showing {
                a_message_shows_its_media,
                only_own_media_can_be_shown,
                media_is_looked_at_last,
                media_in_use_does_not_expire,
                a_repeated_message_is_known_by_its_media,
                a_deleted_message_shows_nothing,
                media_shown_and_deleted_in_the_same_instant_is_forgotten,
                media_goes_with_rooms_and_with_accounts,
                media_is_shown_again_or_forgotten,
                media_is_shown_in_many_rooms_at_once,
                pages_of_media_are_not_huge,
            }
            snapshot {
                a_snapshot_tells_where_streams_stand,
                a_snapshot_looks_positions_up,
                a_snapshot_looks_many_positions_up,
                a_snapshot_may_be_of_some_rooms,
                a_session_that_is_over_has_no_snapshot,
                a_snapshot_counts_notifications,
            }
            statuses {
                contacts_see_a_status_when_they_are_told,
                an_audience_is_all_but_some_or_only_some,
                everybody_is_told_exactly_once,
                a_status_is_taken_back,
                nobody_sees_a_status_across_a_block,
                a_status_ends_by_itself,
                a_status_is_looked_at_while_it_ends,
                looking_is_noted_once,
                media_is_as_visible_as_its_status,
                there_are_so_many_statuses,
                a_deleted_account_has_no_statuses,
                an_answer_names_its_status,
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
            uploads {
                an_upload_is_as_it_was_begun,
                a_person_has_so_many_uploads,
                a_part_goes_where_the_upload_ends,
                one_part_goes_to_each_place,
                an_ended_upload_is_known_for_a_while,
                an_upload_has_so_many_parts,
                what_is_begun_counts,
                uploads_expire,
                a_deleted_account_has_no_uploads,
            }
            visible {
                media_is_as_visible_as_its_messages,
                everybody_sees_an_avatar,
                an_avatar_is_an_image_of_ones_own,
                a_deleted_account_has_no_avatar,
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
