//! Having an account: registering, logging in, and what is changed by links in mails.

mod changes;
mod links;
mod log_ins;
mod page;
mod passwords;
mod recovery;
mod registration;

use actix_web::http::Method;

pub(super) use self::registration::register;
pub(crate) use self::registration::register_as;
use super::callers::known;
use crate::drf::View;

/// The paths for that, but for registering.
pub(super) fn views() -> Vec<View> {
    vec![
        View::at("/api/Userlogin/").on(Method::POST, log_ins::log_in),
        View::at("/api/otpchecking/").on(Method::POST, log_ins::enter_code),
        View::at("/api/Newtoken/").get(log_ins::refresh),
        View::at("/api/SendMail/")
            .guard(known)
            .get(links::mail_email_page),
        View::at("/api/forgottpassword/").on(Method::POST, links::mail_password_page),
        View::at("/api/resetpassword/")
            .guard(known)
            .on(Method::POST, links::mail_own_password_page),
        View::at("/api/UserEmailUpdate/")
            .get(page::show)
            .on(Method::PUT, changes::change_email),
        View::at("/api/changepassword/")
            .get(page::show)
            .on(Method::POST, changes::change_password),
        View::at("/api/MailRecovery/").on(Method::POST, recovery::tell_email),
        View::at("/api/newRegisterid/").on(Method::PUT, recovery::mail_register_id),
    ]
}
