//! What counts as a notification, as the macros that both lists and the count share.

/// The events of one's own stream that notify one, with the room, the message and the request that they are about, as far as
/// these are still there. What one is not to be told any more is left out.
macro_rules! own {
    ($viewer:expr) => {
        notifications::table
            .left_join(
                members::table.on(members::user_id
                    .eq(notifications::user_id)
                    .and(notifications::room_id.eq(members::room_id.nullable()))),
            )
            .left_join(
                events::table.on(notifications::room_id
                    .eq(events::stream_id.nullable())
                    .and(notifications::target.eq(events::seq.nullable()))),
            )
            .left_join(
                contact_requests::table.on(contact_requests::user_id
                    .eq(notifications::user_id)
                    .and(notifications::actor_id.eq(contact_requests::from_id.nullable()))
                    .and(contact_requests::created_at.eq(notifications::created_at))),
            )
            .left_join(
                blocks::table.on(blocks::user_id
                    .eq(notifications::user_id)
                    .and(notifications::actor_id.eq(blocks::blocked_id.nullable()))),
            )
            .filter(notifications::user_id.eq($viewer.key))
            .filter(notifications::created_at.gt($viewer.since))
            .filter(blocks::user_id.nullable().is_null())
            .filter(
                notifications::room_id
                    .is_null()
                    .or(members::room_id.nullable().is_not_null()),
            )
            .filter(
                notifications::target.is_null().or(members::visible_from
                    .nullable()
                    .le(notifications::target)
                    .and(events::body.nullable().is_not_null())),
            )
            .filter(
                notifications::kind
                    .ne(Notifies::ContactRequest.code())
                    .or(contact_requests::user_id
                        .nullable()
                        .is_not_null()
                        .and(contact_requests::declined_at.nullable().is_null())),
            )
    };
}

/// What of it is not seen yet.
macro_rules! unseen {
    ($viewer:expr) => {
        notifications::seq.gt($viewer.seen.up_to).and(
            notifications::target
                .is_null()
                .or(notifications::target.gt(members::read_seq.nullable())),
        )
    };
}

/// The messages to all members of one's rooms since one is in them, by others whom one has not blocked, but for those that name one
/// besides, those in rooms of which one wants to be notified of nothing, and those from before the end of a time for which one wanted so.
macro_rules! to_all {
    ($viewer:expr) => {
        members::table
            .inner_join(events::table.on(events::stream_id.eq(members::room_id)))
            .left_join(
                blocks::table.on(blocks::user_id
                    .eq(members::user_id)
                    .and(events::sender_id.eq(blocks::blocked_id.nullable()))),
            )
            .filter(members::user_id.eq($viewer.key))
            .filter(members::notify.ne(NotifyLevel::Nothing.code()))
            .filter(
                members::quiet_until
                    .is_null()
                    .or(members::quiet_until.le(events::created_at.nullable())),
            )
            .filter(events::mentions_all)
            .filter(events::body.is_not_null())
            .filter(events::seq.ge(members::joined_seq))
            .filter(events::created_at.gt($viewer.since))
            .filter(events::sender_id.ne($viewer.key))
            .filter(blocks::user_id.nullable().is_null())
            .filter(not(exists(
                notifications::table
                    .filter(notifications::user_id.eq(members::user_id))
                    .filter(notifications::room_id.eq(events::stream_id.nullable()))
                    .filter(notifications::target.eq(events::seq.nullable())),
            )))
    };
}

/// What of it is not seen yet.
macro_rules! unseen_to_all {
    ($viewer:expr) => {
        events::created_at
            .gt($viewer.seen.until)
            .and(events::seq.gt(members::read_seq))
    };
}
