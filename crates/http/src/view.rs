//! Values of the services as the API shows them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use parlor_domain::{Account, Broadcast, Event, JoinRequest, MediaId, RoomLink, UserId};
use parlor_services::{
    About, ApiKey, BansPage, Challenged, ChannelsPage, Enrolment, Fate, HistoryPage, Invite,
    JoinRequestsPage, LinkedRoom, ListedChannel, Login, MembersPage, Method, Notification, NotificationsPage,
    PinsPage, PlaysPage, ReactionsPage, ReceiptsPage, Recipient, RevisionsPage, RoomView, RoomsPage,
    SecondStep, Shown, Skip, StatusSide, StatusView, StatusViewsPage, StatusesPage,
};
use parlor_wire as wire;
use parlor_wire::{
    AboutView, AccountView, ApiKeyView, BanView, BroadcastView, ChallengeMethod, ChallengeView, ChannelView,
    EnrolmentView, EventView, FateName, InviteView, JoinRequestView, LinkView, LinkedRoomView, MediaView,
    MemberView, NotificationView, NotifyView, OwnReaction, PersonRef, PlayView, ReactionView,
    ReceiptCountsView, ReceiptView, RecipientView, RecoveryCodesView, RevisionView, SecondStepView,
    SessionView, StatusSeenView, Time, UserView,
};
use secrecy::{ExposeSecret, SecretString};

use crate::cursor;

/// What a client holds after logging in or refreshing.
pub(crate) fn tokens(login: &Login) -> wire::Tokens {
    wire::Tokens {
        access_token: login.access.expose_secret().to_owned(),
        access_expires_at: login.access_expires_at.into(),
        refresh_token: login.refresh.expose_secret().to_owned(),
        session: SessionView::new(&login.session, true),
        user: AccountView::from(&login.account),
    }
}

/// A log in that needs a code to go on.
pub(crate) fn challenge(challenged: &Challenged) -> ChallengeView {
    let methods = challenged.methods.iter().map(|method| match method {
        Method::MailedCode => ChallengeMethod::MailedCode,
        Method::App => ChallengeMethod::App,
        Method::RecoveryCode => ChallengeMethod::RecoveryCode,
    });
    ChallengeView {
        challenge: challenged.token.expose_secret().to_owned(),
        methods: methods.collect(),
        sent_to: challenged.sent_to.clone(),
        resend_after_seconds: challenged.resend_after.map(seconds),
        expires_at: challenged.expires_at.into(),
    }
}

/// Somebody as whoever asks sees him.
pub(crate) fn user(account: &Account, shown: Shown) -> UserView {
    UserView {
        email: shown.email.map(|email| email.as_str().to_owned()),
        mobile: shown.mobile.map(|mobile| mobile.to_string()),
        last_seen: shown.last_seen.map(Time),
        ..UserView::from(account)
    }
}

/// What somebody has chosen to show besides the password.
pub(crate) fn second_step(step: &SecondStep) -> SecondStepView {
    SecondStepView {
        mailed_code: step.mailed_code,
        app: step.confirmed_app().is_some(),
        recovery_codes: step.recovery_codes,
    }
}

/// What an authenticator app needs.
pub(crate) fn enrolment(enrolment: &Enrolment) -> EnrolmentView {
    let picture = BASE64.encode(&enrolment.qr_code);
    EnrolmentView {
        uri: enrolment.uri.expose().to_owned(),
        secret: enrolment.secret.expose_secret().to_owned(),
        qr_code: format!("data:image/png;base64,{picture}"),
    }
}

/// Recovery codes, for the only time.
pub(crate) fn recovery_codes(codes: &[SecretString]) -> RecoveryCodesView {
    let codes = codes.iter().map(|code| code.expose_secret().to_owned());
    RecoveryCodesView {
        recovery_codes: codes.collect(),
    }
}

/// An invitation.
pub(crate) fn invite(invite: &Invite) -> InviteView {
    InviteView {
        number: invite.number,
        admin: invite.admin,
        uses: invite.uses,
        by: invite.by.map(|user| user.uuid()),
        created_at: invite.at.into(),
        expires_at: invite.expires_at.into(),
    }
}

/// An API key.
pub(crate) fn api_key(key: &ApiKey) -> ApiKeyView {
    ApiKeyView {
        number: key.number,
        name: key.name.to_string(),
        scopes: key.scopes.iter().map(|scope| scope.to_string()).collect(),
        bot: key.bot.map(PersonRef::from),
        by: key.by.map(|user| user.uuid()),
        created_at: key.at.into(),
        expires_at: key.expires_at.map(Time),
        used_at: key.used_at.map(Time),
    }
}

/// Some of what somebody is notified of.
pub(crate) fn notifications(page: &NotificationsPage) -> wire::NotificationsPage {
    wire::NotificationsPage {
        notifications: page.notifications.iter().map(notification).collect(),
        unread: page.unread,
        next: page.next.map(cursor::write_notification),
        as_of: page.as_of.into(),
    }
}

fn notification(notification: &Notification) -> NotificationView {
    let event = |event: &Event| Box::new(EventView::from(event));
    NotificationView {
        stream: notification.stream.uuid(),
        seq: notification.seq.0,
        at: notification.at.into(),
        actor: notification.actor.map(PersonRef::from),
        unread: notification.unread,
        about: match &notification.about {
            About::Mention(message) => AboutView::Mention {
                message: event(message),
            },
            About::All(message) => AboutView::All {
                message: event(message),
            },
            About::Direct(message) => AboutView::Direct {
                message: event(message),
            },
            About::StatusReply(message) => AboutView::StatusReply {
                message: event(message),
            },
            About::Invite(room) => AboutView::Invite { room: room.uuid() },
            About::ContactRequest(note) => AboutView::ContactRequest {
                note: note.as_ref().map(ToString::to_string),
            },
            About::Published(said) => AboutView::Published(said.into()),
        },
    }
}

/// Whole seconds, not less than the time.
pub(crate) fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// A room as one of its members sees it.
pub(crate) fn room(view: &RoomView) -> wire::RoomView {
    let room = &view.room;
    wire::RoomView {
        id: room.id.uuid(),
        number: room.number,
        kind: room.kind.into(),
        everyones: room.everyones,
        name: room.name.as_ref().map(ToString::to_string),
        topic: room.topic.to_string(),
        avatar: room.avatar.map(MediaId::uuid),
        owner: room.owner.map(|owner| owner.uuid()),
        rules: room.rules.into(),
        capacity: room.capacity.members(),
        members: room.members,
        created_at: room.created_at.into(),
        active_at: view.active_at.into(),
        role: view.role.into(),
        muted_until: view.muted_until.map(Time),
        notify: NotifyView::new(view.notify, view.notify_rev),
        read: view.mark.read.0,
        delivered: view.mark.delivered.0,
        unread: view.unread,
        visible_from: view.visible_from.0,
        peer: view.peer.as_ref().map(MemberView::from),
        last_message: view.last_message.as_deref().map(EventView::from),
        as_of: view.head.position.into(),
    }
}

/// Some of a user's rooms.
pub(crate) fn rooms(page: &RoomsPage) -> wire::RoomsPage {
    wire::RoomsPage {
        rooms: page.rooms.iter().map(room).collect(),
        next: page.next.map(cursor::write),
        as_of: page.as_of.into(),
    }
}

/// Some of the channels that anybody can find.
pub(crate) fn channels(page: &ChannelsPage) -> wire::ChannelsPage {
    let channel = |listed: &ListedChannel| ChannelView {
        id: listed.room.id.uuid(),
        name: listed.room.name.as_ref().map(ToString::to_string),
        topic: listed.room.topic.to_string(),
        avatar: listed.room.avatar.map(MediaId::uuid),
        members: listed.room.members,
        joined: listed.joined,
    };
    wire::ChannelsPage {
        channels: page.channels.iter().map(channel).collect(),
        next: page.next.as_ref().map(cursor::write_channel),
    }
}

/// Some of a room's members.
pub(crate) fn members(page: &MembersPage) -> wire::MembersPage {
    wire::MembersPage {
        members: page.members.iter().map(MemberView::from).collect(),
        next: page.next.map(|user| user.uuid()),
        as_of: page.as_of.into(),
    }
}

/// A link that leads into a room.
pub(crate) fn link(link: &RoomLink) -> LinkView {
    LinkView {
        code: link.code.expose().to_owned(),
        by: link.by.into(),
        approval: link.approval,
        used: link.used,
        uses: link.uses,
        created_at: link.at.into(),
        expires_at: link.expires_at.map(Time),
    }
}

/// Where a link leads.
pub(crate) fn linked_room(found: &LinkedRoom) -> LinkedRoomView {
    let room = &found.room;
    LinkedRoomView {
        room: room.id.uuid(),
        kind: room.kind.into(),
        name: room.name.as_ref().map(ToString::to_string),
        topic: room.topic.to_string(),
        avatar: room.avatar.map(MediaId::uuid),
        members: room.members,
        approval: found.approval,
        member: found.member,
        requested: found.requested,
    }
}

/// Who asks to be let into a room.
pub(crate) fn join_request(request: &JoinRequest) -> JoinRequestView {
    JoinRequestView {
        room: request.room.uuid(),
        user: request.user.into(),
        note: request.note.as_ref().map(ToString::to_string),
        asked_at: request.at.into(),
    }
}

/// Some of those who ask to be let into a room.
pub(crate) fn join_requests(page: &JoinRequestsPage) -> wire::JoinRequestsPage {
    wire::JoinRequestsPage {
        requests: page.requests.iter().map(join_request).collect(),
        next: page.next.map(UserId::uuid),
    }
}

/// Some of those who are kept out of a room.
pub(crate) fn bans(page: &BansPage) -> wire::BansPage {
    let bans = page.bans.iter().map(|ban| BanView {
        user: ban.user.into(),
        by: ban.by.uuid(),
        banned_at: ban.at.into(),
    });
    wire::BansPage {
        bans: bans.collect(),
        next: page.next.map(UserId::uuid),
    }
}

/// Some of a room's messages.
pub(crate) fn messages(page: &HistoryPage) -> wire::MessagesPage {
    wire::MessagesPage {
        messages: page
            .messages
            .iter()
            .map(|event| EventView::from(&**event))
            .collect(),
        played: page.played.iter().map(|seq| seq.0).collect(),
        reacted: page
            .reacted
            .iter()
            .map(|(seq, emoji)| OwnReaction {
                seq: seq.0,
                emoji: emoji.to_string(),
            })
            .collect(),
        more: page.more,
        as_of: page.as_of.into(),
    }
}

/// Something that was sent to a list.
pub(crate) fn broadcast(broadcast: &Broadcast) -> BroadcastView {
    BroadcastView {
        id: broadcast.id.uuid(),
        list: broadcast.list.uuid(),
        body: broadcast.body.as_str().to_owned(),
        media: broadcast.media.iter().map(MediaView::from).collect(),
        progress: broadcast.progress.into(),
        delivered: None,
        read: None,
        at: broadcast.at.into(),
    }
}

/// What became of it for one of its recipients.
pub(crate) fn recipient(recipient: &Recipient) -> RecipientView {
    let (state, why, place) = match recipient.fate {
        None => (FateName::Waiting, None, None),
        Some(Fate::Sent { room, seq }) => (FateName::Sent, None, Some((room.uuid(), seq.0))),
        Some(Fate::Skipped(skip)) => (FateName::Skipped, Some(why(skip).to_owned()), None),
    };
    RecipientView {
        user: recipient.user.into(),
        state,
        why,
        room: place.map(|(room, _)| room),
        seq: place.map(|(_, seq)| seq),
        delivered: recipient.delivered,
        read: recipient.read,
    }
}

/// The code by which a message to him alone would have been refused.
fn why(skip: Skip) -> &'static str {
    match skip {
        Skip::NoUser => "no_such_user",
        Skip::Blocked => "blocked",
        Skip::NotAContact => "not_a_contact",
        Skip::TooManyRooms => "too_many_rooms",
        Skip::Refused => "refused",
    }
}

/// A status as whoever asks sees it.
pub(crate) fn status(view: &StatusView) -> wire::StatusView {
    let StatusView { status, side } = view;
    let (viewed, audience, views) = match *side {
        StatusSide::Own { audience, views } => (None, Some(audience.into()), Some(views)),
        StatusSide::Others { viewed } => (Some(viewed), None, None),
    };
    wire::StatusView {
        id: status.id.uuid(),
        number: status.number,
        author: status.author.into(),
        body: status.body.as_str().to_owned(),
        media: status.media.as_ref().map(MediaView::from),
        at: status.at.into(),
        expires_at: status.expires_at.into(),
        viewed,
        audience,
        views,
    }
}

/// Some of the statuses that somebody may see.
pub(crate) fn statuses(page: &StatusesPage) -> wire::StatusesPage {
    wire::StatusesPage {
        statuses: page.statuses.iter().map(status).collect(),
        next: page.next.map(cursor::write_status),
        as_of: page.as_of.into(),
    }
}

/// Some of those who have looked at a status.
pub(crate) fn status_views(page: &StatusViewsPage) -> wire::StatusViewsPage {
    let views = page.views.iter().map(|seen| StatusSeenView {
        user: seen.user.into(),
        at: seen.at.into(),
    });
    wire::StatusViewsPage {
        views: views.collect(),
        next: page.next.map(|user| user.uuid()),
    }
}

/// Some of those who have put an emoji to a message.
pub(crate) fn reactions(page: &ReactionsPage) -> wire::ReactionsPage {
    let reactions = page.reactions.iter().map(|reaction| ReactionView {
        user: reaction.user.into(),
        at: reaction.at.into(),
    });
    wire::ReactionsPage {
        reactions: reactions.collect(),
        next: page.next.map(UserId::uuid),
    }
}

/// The pinned messages of a room.
pub(crate) fn pins(page: &PinsPage) -> wire::PinsPage {
    let messages = page.messages.iter().map(|event| EventView::from(&**event));
    wire::PinsPage {
        messages: messages.collect(),
        as_of: page.as_of.into(),
    }
}

/// Some of those who have played a voice message.
pub(crate) fn plays(page: &PlaysPage) -> wire::PlaysPage {
    let plays = page.plays.iter().map(|play| PlayView {
        user: play.user.into(),
        at: play.at.into(),
    });
    wire::PlaysPage {
        plays: plays.collect(),
        next: page.next.map(UserId::uuid),
    }
}

/// Whom a message has reached.
pub(crate) fn receipts(page: &ReceiptsPage) -> wire::ReceiptsPage {
    let receipts = page.receipts.iter().map(|receipt| ReceiptView {
        user: receipt.user.into(),
        read: receipt.read,
    });
    wire::ReceiptsPage {
        receipts: receipts.collect(),
        next: page.next.map(UserId::uuid),
        counts: page.counts.map(|counts| ReceiptCountsView {
            members: counts.members,
            delivered: counts.delivered,
            read: counts.read,
        }),
    }
}

/// Some of what edits of a message replaced.
pub(crate) fn revisions(page: &RevisionsPage) -> wire::RevisionsPage {
    wire::RevisionsPage {
        revisions: page.revisions.iter().map(RevisionView::from).collect(),
        next: page.next,
    }
}
