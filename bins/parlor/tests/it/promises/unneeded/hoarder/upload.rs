//! The ways in.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::Method;
use parlor_client::{RestError, Upload};
use serde_json::json;
use uuid::Uuid;

use super::{Held, Hoarder};
use crate::promises::unneeded::contents::Content;

/// The longest file that is sent as text.
const TEXT: usize = 2_000;

impl Hoarder {
    pub(super) async fn upload_at_once(&mut self) {
        let content = self.contents.some(&self.chance);
        let uploaded = if content.bytes.len() < TEXT {
            let wish = json!({"data": BASE64.encode(&content.bytes), "kind": content.claims().kind});
            let view = self.person.ask(Method::POST, "/v1/media", Some(wish)).await;
            view.map(|view| view["id"].as_str().unwrap().parse().unwrap())
        } else {
            let file = Cursor::new(content.bytes.clone());
            let view = self.person.rest.upload(file, &content.claims()).await;
            view.map(|view| view.id)
        };
        if let Some(id) = self.done(uploaded).await {
            self.hold(id, content);
        }
    }

    /// Sends a file in some parts, or gives up in the middle, with a word or without.
    pub(super) async fn upload_in_parts(&mut self) {
        let content = self.contents.some(&self.chance);
        let bytes = content.bytes.len() as u64;
        let begun = self.person.rest.begin_upload(bytes, &content.claims()).await;
        let Some(mut upload) = self.done(begun).await else {
            return;
        };
        while !upload.done {
            match self.chance.below(24) {
                0 => return,
                1 => {
                    let ended = self.person.rest.end_upload(upload.id).await;
                    if self.done(ended).await.is_some() {
                        self.deeds.ended_uploads += 1;
                    }
                    return;
                }
                _ => {}
            }
            let sent = self.send_part(&mut upload, &content).await;
            if !sent && !self.find_again(&mut upload).await {
                return;
            }
        }
        self.deeds.uploads_in_parts += 1;
        self.hold(upload.id, content);
    }

    async fn send_part(&mut self, upload: &mut Upload, content: &Content) -> bool {
        let rest = &content.bytes[usize::try_from(upload.received).unwrap()..];
        let part = match self.chance.below(2) {
            0 => rest,
            _ => &rest[..rest.len().div_ceil(3)],
        };
        let sent = self.person.rest.send_part(upload, part.to_vec()).await;
        self.done(sent).await.is_some()
    }

    /// Asks how far an upload has come; false if it is gone.
    async fn find_again(&mut self, upload: &mut Upload) -> bool {
        let id = upload.id;
        let found = self.insist(|person| async move { person.rest.find_upload(id).await });
        match found.await {
            // The answer to HEAD has no body that could say why.
            Err(RestError::Unexpected { status: 404, .. }) => false,
            Err(RestError::Unexpected { status: 503, .. }) => true,
            found => {
                *upload = found.unwrap();
                true
            }
        }
    }

    fn hold(&mut self, id: Uuid, content: Content) {
        self.deeds.uploads += 1;
        self.held.push(Held { id, content });
    }
}
