//! A path and the methods that it answers.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::DefaultHeaders;
use actix_web::{FromRequest, Handler, Resource, Responder, Route, guard, web};

use crate::ApiError;

/// A path with its handlers. A method without one is answered 405, with the others in `Allow`.
pub(crate) struct Endpoint {
    path: &'static str,
    methods: Vec<Method>,
    routes: Vec<Route>,
    headers: DefaultHeaders,
}

impl Endpoint {
    /// A path, as OpenAPI writes it.
    pub(crate) fn at(path: &'static str) -> Self {
        Self {
            path,
            methods: Vec::new(),
            routes: Vec::new(),
            headers: DefaultHeaders::new(),
        }
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

    /// Puts a header into every answer, refusals among them.
    pub(crate) fn always(mut self, header: (HeaderName, HeaderValue)) -> Self {
        self.headers = self.headers.add(header);
        self
    }

    /// The path.
    #[cfg(test)]
    pub(crate) fn path(&self) -> &'static str {
        self.path
    }

    /// The methods that it answers, in the form of an `Allow` header.
    pub(crate) fn allowed(&self) -> String {
        let methods: Vec<&str> = self.methods.iter().map(Method::as_str).collect();
        methods.join(", ")
    }
}

impl HttpServiceFactory for Endpoint {
    fn register(self, config: &mut AppService) {
        let allowed = self.allowed();
        let other = move || {
            let refusal = ApiError::method_not_allowed(self.path, &allowed);
            async { Err::<(), _>(refusal) }
        };
        let resource = self
            .routes
            .into_iter()
            .fold(web::resource(self.path), Resource::route);
        resource
            .default_service(web::to(other))
            .wrap(self.headers)
            .register(config);
    }
}
