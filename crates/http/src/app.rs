//! The API as an actix application, or as a part of one.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::ContentType;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, Error, HttpResponse, web};

use crate::endpoint::Endpoint;
use crate::server::Besides;
use crate::{Api, ApiError, SOCKET_PATH, Sockets, middleware, routes, socket};

/// Mounts every path of the API, for an application that has others as well. What [`app`] adds around it
/// (names of requests, log, limits per address, headers) is the application's business then.
pub fn configure(api: Data<Api>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let documents = if api.settings.docs {
            routes::documents()
        } else {
            Vec::new()
        };
        config.app_data(api);
        let endpoints = routes::resources()
            .into_iter()
            .chain(routes::pages())
            .chain(documents);
        for endpoint in endpoints {
            config.service(endpoint);
        }
    }
}

/// Mounts the API and the socket, as [`configure`] does without the socket. [`Jobs`](crate::Jobs) must run beside it.
/// All threads of a process share one [`Sockets`].
pub fn mount(sockets: Arc<Sockets>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        configure(sockets.api.clone())(config);
        config.app_data(Data::from(sockets));
        config.service(Endpoint::at(SOCKET_PATH).get(socket));
    }
}

/// A whole application: the API, what is served besides, a start page, and everything around them. The socket is not part of it: what comes
/// to its path here did not ask for one as it should.
pub fn app(
    api: Data<Api>,
    besides: &Besides,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let cors = middleware::cors(&api.settings, besides.serves.clone());
    App::new()
        .app_data(besides.clone())
        .configure(configure(api))
        .configure(|config| (besides.routes)(config))
        .service(Endpoint::at("/").get(start))
        .service(Endpoint::at(SOCKET_PATH).get(async || Err::<(), _>(ApiError::no_handshake())))
        .default_service(web::to(|| async { Err::<(), _>(ApiError::no_such_path()) }))
        // The last one is the outermost.
        .wrap(from_fn(middleware::limit))
        .wrap(cors)
        .wrap(from_fn(middleware::with_cookies))
        .wrap(from_fn(middleware::harden))
        .wrap(from_fn(middleware::observe))
}

/// Says what this is and where to go on.
async fn start(api: Data<Api>) -> HttpResponse {
    let mut text = format!("Parlor {}, a chat server.\n\n", env!("CARGO_PKG_VERSION"));
    if api.settings.docs {
        text.push_str("/docs           the REST interface, to read and to try\n");
        text.push_str("/openapi.json   its description\n");
        text.push_str("/asyncapi.json  the description of the socket at /v1/socket\n");
    }
    text.push_str("/healthz        whether the server lives\n");
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body(text)
}
