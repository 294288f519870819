//! An operator's own templates.

use std::fs;

use parlor_domain::LetterKind;
use parlor_mail::{TemplateError, Templates};
use tempfile::TempDir;

use crate::letters::{html, letter, letterhead, parsed, text, written};

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn refused(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let error = Templates::load(Some(folder.path())).unwrap_err().to_string();
    error.replace(&format!("{}/", folder.path().display()), "")
}

#[tokio::test]
async fn one_file_takes_the_place_of_one() {
    let folder = folder(&[
        (
            "login_code.txt",
            "Subject: Code {{ code }}\r\n\r\nHi {{ name or 'there' }}\r\n",
        ),
        (".gitignore", "*"),
    ]);
    let mail = written(letterhead(Some(folder.path())), &letter(LetterKind::LoginCode))
        .await
        .unwrap();
    let mail = parsed(&mail);
    assert_eq!(mail.subject(), Some("Code 123456"));
    assert_eq!(text(&mail), "Hi Ann");
    assert!(
        html(&mail).contains("your code to log in to"),
        "the other half stays"
    );
}

#[tokio::test]
async fn the_nearest_language_is_used() {
    let folder = folder(&[
        (
            "pt-BR/login_code.txt",
            "Subject: Brasil\n{% include 'footer.txt' %}",
        ),
        (
            "pt-BR/login_code.html",
            "{% extends 'layout.html' %}{% block body %}Brasil{% endblock %}",
        ),
        ("pt/login_code.txt", "Subject: Portugal\n\n"),
        ("pt/login_code.html", "Portugal"),
        ("pt/footer.txt", "Adeus"),
    ]);
    for (locale, subject, body) in [
        ("pt-BR", "Brasil", "Adeus"),
        ("pt-AO", "Portugal", ""),
        ("fr", "Your code for Ben & Söhne", "Hello"),
    ] {
        let mut letter = letter(LetterKind::LoginCode);
        letter.locale = Some(locale.parse().unwrap());
        let mail = written(letterhead(Some(folder.path())), &letter).await.unwrap();
        let mail = parsed(&mail);
        assert_eq!(mail.subject(), Some(subject), "{locale}");
        assert!(text(&mail).starts_with(body), "{}", text(&mail));
    }
}

#[test]
fn a_broken_file_is_named_with_its_line() {
    assert_eq!(
        refused(&[("login_code.txt", "Subject: x\n\n{% if code %}\n")]),
        "login_code.txt, line 3: syntax error: unexpected end of input, expected end of block"
    );
    assert_eq!(
        refused(&[("de/reset_password.html", "a\nb {{ lnik }}\n")]),
        "de/reset_password.html, line 2: undefined value: `lnik` is undefined"
    );
    assert_eq!(
        refused(&[("verify_email.txt", "Hello\nSubject: x\n")]),
        "verify_email.txt, line 1: must be a subject, such as: Subject: Your code"
    );
    assert_eq!(
        refused(&[("layout.html", "{% block body %}{% endblock %}\n{{ nothing }}")]),
        "layout.html, line 2: undefined value: `nothing` is undefined"
    );
    assert_eq!(
        refused(&[("footer.txt", "{% include 'fotter.txt' %}")]),
        "footer.txt, line 1: template not found: tried to include non-existing template 'fotter.txt'"
    );
}

#[test]
fn unknown_files_and_folders_are_refused() {
    assert!(
        refused(&[("login-code.txt", "")])
            .starts_with("login-code.txt: no template has this name; there are button.html,")
    );
    assert!(refused(&[("de/x.txt", "")]).starts_with("de/x.txt: no template"));
    assert!(refused(&[("deutsch/login_code.txt", "")]).starts_with("deutsch: no template"));
    assert!(refused(&[("pt-br/login_code.txt", "")]).starts_with("pt-br: no template"));
    assert_eq!(
        refused(&[("fr/login_code.txt", "Subject: x\n")]),
        "fr/login_code.html: is missing: in each language a letter needs both text and HTML"
    );
    let nowhere = tempfile::tempdir().unwrap().path().join("nowhere");
    assert!(matches!(
        Templates::load(Some(&nowhere)),
        Err(TemplateError::Unreadable { file, .. }) if file == nowhere
    ));
}
