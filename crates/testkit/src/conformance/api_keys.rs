//! API keys and bots.

use std::time::Duration;

use parlor_domain::{UserRef, What};
use parlor_ports::{ApiKeyMade, KeyBot, LoginName, NewAccount, NewApiKey};

use super::Tested;
use crate::{Fixture, at_once};

/// A key is found by its digest, as it was made, and listed.
pub async fn a_key_is_found_by_its_digest(f: &Fixture) -> Tested {
    let admin = f.person("ann").await?;
    let bot = f.bot("shop-bot").await?;
    let (digest, at) = (f.token(), f.tick());
    let new = NewApiKey {
        by: Some(admin.id),
        expires_at: Some(at + Duration::from_hours(1)),
        ..f.new_key(digest, Some(bot))
    };
    let ApiKeyMade::Done(key) = f.api_keys.make(new.clone()).await? else {
        panic!("it is made");
    };
    assert_eq!(
        (&key.name, key.scopes, key.bot),
        (&new.name, new.scopes, Some(bot))
    );
    assert_eq!(
        (key.by, key.at, key.expires_at),
        (Some(admin.id), new.at, new.expires_at)
    );
    assert_eq!(f.api_keys.find(digest, f.tick()).await?, Some(key.clone()));
    assert_eq!(f.api_keys.find(f.token(), f.tick()).await?, None);
    let other = f.api_key(None).await?;
    assert_eq!(f.api_keys.list(10).await?, [other.clone(), key.clone()]);
    assert_eq!(f.api_keys.list(1).await?, [other]);

    let used = f.tick();
    f.api_keys.used(key.number, used).await?;
    let found = f.api_keys.find(digest, f.tick()).await?.expect("it is good");
    assert_eq!(found.used_at, Some(used));
    let late = f.clock.advance(Duration::from_hours(1));
    assert_eq!(f.api_keys.find(digest, late).await?, None, "it has expired");
    assert_eq!(f.api_keys.list(10).await?.len(), 2, "but can be seen");
    Ok(())
}

/// A revoked key opens nothing.
pub async fn a_revoked_key_is_no_key(f: &Fixture) -> Tested {
    let digest = f.token();
    let ApiKeyMade::Done(key) = f.api_keys.make(f.new_key(digest, None)).await? else {
        panic!("it is made");
    };
    assert!(f.api_keys.revoke(key.number).await?);
    assert!(!f.api_keys.revoke(key.number).await?);
    assert_eq!(f.api_keys.find(digest, f.tick()).await?, None);
    assert!(f.api_keys.list(10).await?.is_empty());
    Ok(())
}

/// Only a bot is a key's bot, and there are only so many keys.
pub async fn a_key_has_a_bot_or_none(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let made = f.api_keys.make(f.new_key(f.token(), Some(ann))).await?;
    assert_eq!(made, ApiKeyMade::NoBot);
    let new = NewApiKey {
        most: 1,
        ..f.new_key(f.token(), None)
    };
    assert!(matches!(f.api_keys.make(new.clone()).await?, ApiKeyMade::Done(_)));
    let digest = f.token();
    let made = f.api_keys.make(NewApiKey { digest, ..new }).await?;
    assert_eq!(made, ApiKeyMade::TooMany);
    Ok(())
}

/// A new bot is made with its key: of many at once who ask for the last key each with a bot of his own, one gets both, and nothing is
/// left of the others.
pub async fn a_new_bot_comes_with_its_key(f: &Fixture) -> Tested {
    let names: Vec<String> = (0..10).map(|number| format!("bot-{number}")).collect();
    let asked = names.iter().map(|name| {
        let bot = NewAccount {
            bot: true,
            password: None,
            ..f.new_account(name)
        };
        NewApiKey {
            most: 1,
            bot: Some(KeyBot::New(Box::new(bot))),
            ..f.new_key(f.token(), None)
        }
    });
    let made = at_once(asked.map(|new| {
        let api_keys = f.api_keys.clone();
        async move { api_keys.make(new).await }
    }))
    .await;
    let made = made.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut keys = made.into_iter().filter_map(|made| match made {
        ApiKeyMade::Done(key) => Some(key),
        ApiKeyMade::NoBot | ApiKeyMade::TooMany => None,
    });
    let key = keys.next().expect("one got it");
    assert_eq!(keys.next(), None);
    let mut bots = Vec::new();
    for name in &names {
        bots.extend(
            f.users
                .find_by_username(&name.parse().expect("a username"))
                .await?,
        );
    }
    let bots: Vec<UserRef> = bots.iter().map(|bot| bot.user).collect();
    assert_eq!(bots, Vec::from_iter(key.bot));

    let taken = NewAccount {
        bot: true,
        ..f.new_account("Ann")
    };
    f.person("ann").await?;
    let new = NewApiKey {
        bot: Some(KeyBot::New(Box::new(taken))),
        ..f.new_key(f.token(), None)
    };
    assert_eq!(
        f.api_keys.make(new).await?,
        ApiKeyMade::NoBot,
        "her name is taken"
    );
    Ok(())
}

/// The keys of a bot go with it; those that an administrator has made stay when he goes.
pub async fn keys_go_with_their_bot(f: &Fixture) -> Tested {
    let bot = f.bot("shop-bot").await?;
    let admin = f.person("ann").await?;
    f.api_key(Some(bot)).await?;
    let by_admin = NewApiKey {
        by: Some(admin.id),
        ..f.new_key(f.token(), None)
    };
    f.api_keys.make(by_admin).await?;
    f.users.delete(bot.id, false, f.tick()).await?;
    f.users.delete(admin.id, false, f.tick()).await?;
    let left = f.api_keys.list(10).await?;
    assert!(matches!(&left[..], [key] if key.by.is_none() && key.bot.is_none()));
    Ok(())
}

/// A bot is known as one, wherever people are listed.
pub async fn a_bot_is_known_as_one(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let bot = f
        .register(NewAccount {
            bot: true,
            password: None,
            ..f.new_account("shop-bot")
        })
        .await?;
    let login = LoginName::Username("shop-bot".parse().expect("a username"));
    assert!(f.users.credentials(&login).await?.is_none(), "it logs in nowhere");
    let room = f.group(ann, &[bot]).await?;
    assert!(f.account(bot).await?.bot && !f.account(ann).await?.bot);
    let members = f.member_pages(room, ann, 10).await?.expect("she is there");
    let bots = members[0].members.iter().filter(|member| member.bot);
    assert_eq!(bots.map(|member| member.user).collect::<Vec<_>>(), [bot]);
    f.say(room, ann, "@shop-bot").await?;
    f.notify().await?;
    let log = f.events(bot.id).await?;
    let told = log.iter().any(|event| matches!(event.what, What::Notified(_)));
    assert!(!told, "it reads nothing");
    Ok(())
}
