//! What the five APIs have in common: the habits of Django REST Framework (DRF), on which front ends rely.
//!
//! A path is a [`View`]. Its handler takes a [`Body`] out of the request, asks the body's [`Form`] for its fields, calls a service,
//! and answers or refuses with a [`Refusal`]. [`settle`] goes around all of it.

pub(crate) mod authorization;
mod body;
mod email;
mod file;
mod form;
mod in_order;
mod incoming;
mod multipart;
pub(crate) mod page;
mod python;
mod refusal;
mod sender;
mod settle;
pub(crate) mod time;
mod view;

pub(crate) use self::authorization::Scheme;
pub(crate) use self::body::{
    Any, AnyWithFiles, AnyWithMedia, Body, Limits, OnlyJson, OnlyMultipart, Untyped,
};
pub(crate) use self::file::FilePart;
pub(crate) use self::form::{Form, Integer, Text};
pub(crate) use self::in_order::InOrder;
pub(crate) use self::python::is_python;
pub(crate) use self::refusal::Refusal;
pub(crate) use self::sender::Sender;
pub(crate) use self::settle::settle;
pub(crate) use self::view::{View, no_page};
