//! The templates that are inside the program.

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        /// Name and text of each.
        pub(crate) const TEMPLATES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../templates/", $name)))),*];
    };
}

embedded![
    "layout.html",
    "button.html",
    "footer.txt",
    "login_code.html",
    "login_code.txt",
    "verify_email.html",
    "verify_email.txt",
    "reset_password.html",
    "reset_password.txt",
    "confirm_email.html",
    "confirm_email.txt",
    "email_changed.html",
    "email_changed.txt",
    "password_changed.html",
    "password_changed.txt",
    "register_id.html",
    "register_id.txt",
    "change_email.html",
    "change_email.txt",
    "de/login_code.html",
    "de/login_code.txt",
    "de/verify_email.html",
    "de/verify_email.txt",
    "de/reset_password.html",
    "de/reset_password.txt",
    "de/confirm_email.html",
    "de/confirm_email.txt",
    "de/email_changed.html",
    "de/email_changed.txt",
    "de/password_changed.html",
    "de/password_changed.txt",
    "de/register_id.html",
    "de/register_id.txt",
    "de/change_email.html",
    "de/change_email.txt",
];
