//! A path and the methods that it answers, as DRF answers them.

use std::rc::Rc;

use actix_web::dev::{AppService, HttpServiceFactory, ResourceDef};
use actix_web::guard::{self, GuardContext};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, LOCATION};
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, web};
use futures_util::future::LocalBoxFuture;
use serde_json::json;

use super::{Refusal, settle};
use crate::mount::Mount;

/// The order in which methods are listed.
static ORDER: [Method; 7] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::HEAD,
    Method::OPTIONS,
];

/// A path with its handlers. A method without one is answered 405, OPTIONS with a few words.
///
/// A path that ends in a slash is served without it as well: GET is sent to the path with it, other methods are answered.
pub(crate) struct View {
    path: &'static str,
    is_exact: bool,
    methods: Vec<Method>,
    routes: Vec<Route>,
    guard: Option<Guard>,
    otherwise: Option<Route>,
    mount: Option<Mount>,
    has_errors: bool,
}

/// Refuses who may not even know which methods there are.
type Guard = Rc<dyn Fn(HttpRequest) -> Guarded>;

type Guarded = LocalBoxFuture<'static, Result<(), Refusal>>;

impl View {
    /// A path, with its parts in braces.
    pub(crate) fn at(path: &'static str) -> Self {
        Self {
            path,
            is_exact: false,
            methods: Vec::new(),
            routes: Vec::new(),
            guard: None,
            otherwise: None,
            mount: None,
            has_errors: false,
        }
    }

    /// Is served as it is written alone, with its slash at the end or without.
    pub(crate) fn exactly(mut self) -> Self {
        self.is_exact = true;
        self
    }

    /// Answers GET, and HEAD without the body.
    pub(crate) fn get<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.extend([Method::GET, Method::HEAD]);
        let either = guard::Any(guard::Get()).or(guard::Head());
        self.routes.push(web::route().guard(either).to(handler));
        self
    }

    /// Answers another method.
    pub(crate) fn on<F, Args>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.routes.push(web::method(method.clone()).to(handler));
        self.methods.push(method);
        self
    }

    /// Answers all methods that have no handler, in place of 405.
    pub(crate) fn otherwise<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.otherwise = Some(web::to(handler));
        self
    }

    /// Asks this before anybody is told of a wrong method: in DRF authentication comes before the method. Handlers ask for themselves.
    pub(crate) fn guard<F, Fut>(mut self, guard: F) -> Self
    where
        F: Fn(HttpRequest) -> Fut + 'static,
        Fut: Future<Output = Result<(), Refusal>> + 'static,
    {
        let boxed = move |request: HttpRequest| -> Guarded { Box::pin(guard(request)) };
        self.guard = Some(Rc::new(boxed));
        self
    }

    /// Has who must wait told so as an `error`, where other views have a `detail`.
    pub(crate) fn with_errors(mut self) -> Self {
        self.has_errors = true;
        self
    }

    /// Says where it is mounted, which [`Mount::of`] tells its handlers.
    pub(crate) fn mounted(mut self, mount: Mount) -> Self {
        self.mount = Some(mount);
        self
    }

    /// The paths that it answers.
    pub(crate) fn pattern(&self) -> ResourceDef {
        match self.bare() {
            Some(bare) => ResourceDef::new([self.path, bare]),
            None => ResourceDef::new(self.path),
        }
    }

    /// Whether who must wait is told so as an `error`.
    pub(crate) fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// Its path without the slash at the end, if it is served there as well.
    fn bare(&self) -> Option<&'static str> {
        self.path.strip_suffix('/').filter(|_| !self.is_exact)
    }

    /// The path.
    #[cfg(test)]
    pub(crate) fn path(&self) -> &'static str {
        self.path
    }

    /// The methods that have handlers.
    #[cfg(test)]
    pub(crate) fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// Whether other methods have one as well.
    #[cfg(test)]
    pub(crate) fn has_otherwise(&self) -> bool {
        self.otherwise.is_some()
    }

    /// The methods that it answers, in the form of an `Allow` header.
    fn allowed(&self) -> String {
        let listed = |method: &&Method| **method == Method::OPTIONS || self.methods.contains(method);
        let methods: Vec<&str> = ORDER.iter().filter(listed).map(Method::as_str).collect();
        methods.join(", ")
    }
}

impl HttpServiceFactory for View {
    fn register(self, config: &mut AppService) {
        let bare = self.bare();
        let other = Rc::new(Other {
            path: self.path,
            allowed: self.allowed(),
            guard: self.guard,
        });
        let default = self.otherwise.unwrap_or_else(|| {
            web::to(move |request: HttpRequest| {
                let other = other.clone();
                async move { other.answer(request).await }
            })
        });
        let resource = match bare {
            Some(bare) => {
                let redirect = web::route().guard(wants_slash).to(redirect);
                web::resource([self.path, bare]).route(redirect)
            }
            None => web::resource(self.path),
        };
        let resource = match self.mount {
            Some(mount) => resource.app_data(Data::new(mount)),
            None => resource,
        };
        self.routes
            .into_iter()
            .fold(resource, Resource::route)
            .default_service(default)
            .wrap(from_fn(settle))
            .register(config);
    }
}

/// What is answered where no handler does.
struct Other {
    path: &'static str,
    allowed: String,
    guard: Option<Guard>,
}

impl Other {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, Refusal> {
        if let Some(guard) = &self.guard {
            guard(request.clone()).await?;
        }
        if request.method() != Method::OPTIONS {
            return Err(Refusal::method_not_allowed(request.method(), &self.allowed));
        }
        let parses = [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ];
        let answer = json!({
            "name": self.path,
            "description": "",
            "renders": ["application/json"],
            "parses": parses,
        });
        Ok(HttpResponse::Ok()
            .insert_header((ALLOW, self.allowed.as_str()))
            .json(answer))
    }
}

/// Whether a page is asked for at a path that lacks the slash at its end.
fn wants_slash(context: &GuardContext<'_>) -> bool {
    let head = context.head();
    matches!(head.method, Method::GET | Method::HEAD) && !head.uri.path().ends_with('/')
}

/// Sends to the path with a slash at its end.
async fn redirect(request: HttpRequest) -> HttpResponse {
    let uri = request.uri();
    let mut place = format!("{}/", uri.path());
    if let Some(query) = uri.query() {
        place = format!("{place}?{query}");
    }
    HttpResponse::MovedPermanently()
        .insert_header((LOCATION, place))
        .finish()
}

/// Answers where there is no path.
pub(crate) async fn no_page() -> HttpResponse {
    Refusal::no_page().response()
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::http::StatusCode;
    use actix_web::http::header::HeaderName;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};

    use super::*;

    async fn done() -> &'static str {
        "done"
    }

    async fn nobody(_: HttpRequest) -> Result<(), Refusal> {
        Err(Refusal::error(StatusCode::FORBIDDEN, "nobody"))
    }

    fn users() -> View {
        View::at("/users/{id}/").on(Method::PUT, done).get(done)
    }

    /// What a view answers under a prefix: the status, a header, and the body.
    async fn answered(view: View, request: TestRequest, header: HeaderName) -> (u16, String, String) {
        let scope = web::scope("/compat/rooms").service(view);
        let scope = scope.default_service(web::to(no_page));
        let app = init_service(App::new().service(scope)).await;
        let answer = call_service(&app, request.to_request()).await;
        let status = answer.status().as_u16();
        let header = answer.headers().get(header);
        let header = header.map(|value| value.to_str().unwrap().to_owned());
        let body = read_body(answer).await;
        let body = String::from_utf8(body.to_vec()).unwrap();
        (status, header.unwrap_or_default(), body)
    }

    fn request(method: Method, path: &str) -> TestRequest {
        TestRequest::with_uri(path).method(method)
    }

    #[tokio::test]
    async fn a_path_without_its_slash_is_sent_to_the_one_with_it() {
        for method in [Method::GET, Method::HEAD] {
            let request = request(method, "/compat/rooms/users/7?page=2");
            let (status, place, _) = answered(users(), request, LOCATION).await;
            assert_eq!((status, &*place), (301, "/compat/rooms/users/7/?page=2"));
        }
        for (method, path) in [
            (Method::GET, "/compat/rooms/users/7/"),
            (Method::PUT, "/compat/rooms/users/7/"),
            (Method::PUT, "/compat/rooms/users/7"),
        ] {
            let (status, _, body) = answered(users(), request(method, path), LOCATION).await;
            assert_eq!((status, &*body), (200, "done"), "{path}");
        }
    }

    #[tokio::test]
    async fn an_exact_path_is_no_other() {
        for (path, expected) in [("/compat/rooms/users", 404), ("/compat/rooms/users/", 200)] {
            let view = View::at("/users/").exactly().get(done);
            let (status, ..) = answered(view, request(Method::GET, path), LOCATION).await;
            assert_eq!(status, expected, "{path}");
        }
        let view = View::at("/users").get(done);
        let request = request(Method::GET, "/compat/rooms/users/");
        let (status, _, body) = answered(view, request, LOCATION).await;
        assert_eq!(status, 404);
        assert!(body.contains("<h1>Not Found</h1>"), "{body}");
    }

    #[tokio::test]
    async fn a_wrong_method_is_told_the_right_ones() {
        let (status, allow, body) =
            answered(users(), request(Method::DELETE, "/compat/rooms/users/7/"), ALLOW).await;
        assert_eq!((status, &*allow), (405, "GET, PUT, HEAD, OPTIONS"));
        assert_eq!(body, r#"{"detail":"Method \"DELETE\" not allowed."}"#);
        let view = View::at("/users/").on(Method::POST, done);
        let (status, allow, _) = answered(view, request(Method::GET, "/compat/rooms/users/"), ALLOW).await;
        assert_eq!((status, &*allow), (405, "POST, OPTIONS"));
    }

    #[tokio::test]
    async fn options_are_told() {
        let request = request(Method::OPTIONS, "/compat/rooms/users/7/");
        let (status, allow, body) = answered(users(), request, ALLOW).await;
        assert_eq!((status, &*allow), (200, "GET, PUT, HEAD, OPTIONS"));
        assert!(body.contains("\"renders\""), "{body}");
    }

    #[tokio::test]
    async fn who_may_not_come_in_is_told_that_first() {
        let path = "/compat/rooms/users/7/";
        let (status, _, body) = answered(users().guard(nobody), request(Method::DELETE, path), ALLOW).await;
        assert_eq!((status, &*body), (403, r#"{"error":"nobody"}"#));
    }

    #[tokio::test]
    async fn a_view_may_have_its_own_answer_to_other_methods() {
        let request = request(Method::DELETE, "/compat/rooms/users/7/");
        let (status, _, body) = answered(users().otherwise(done), request, ALLOW).await;
        assert_eq!((status, &*body), (200, "done"));
    }
}
