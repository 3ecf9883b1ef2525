use super::*;

fn load(toml: &str, environment: &[(&str, &str)]) -> anyhow::Result<Configuration> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portcullis.toml");
    std::fs::write(&file, toml).unwrap();
    Configuration::load(Some(&file), environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

fn refusal(toml: &str, environment: &[(&str, &str)]) -> String {
    match load(toml, environment) {
        Ok(_) => panic!("{toml} {environment:?} was taken"),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn nothing_needs_to_be_configured() {
    let found = load("", &[]).unwrap();
    assert_eq!(found.origin_at(found.listen).unwrap(), "http://127.0.0.1:8080");
    assert_eq!(found.argon2, HashingCost { memory_kib: 65_536, iterations: 3, parallelism: 1 });
    assert_eq!(found.database(), "sqlite://./portcullis-data/portcullis.db");
    assert!(found.needs_data_dir() && found.smtp_url.is_none() && found.trusted_proxies.is_empty());
}

#[test]
fn a_text_in_the_environment_is_a_text_whatever_it_looks_like() {
    for name in ["2024", "true", "[1, 2]", "1e5"] {
        assert_eq!(load("", &[("PORTCULLIS_PRODUCT_NAME", name)]).unwrap().product_name, name);
    }
    assert_eq!(load("", &[("PORTCULLIS_HASHING_QUEUE", "7")]).unwrap().hashing_queue, 7);
}

#[test]
fn a_key_of_before_is_read_beside_the_present_one() {
    let (one, other) = (data_encoding::BASE64.encode(&[1; 32]), data_encoding::BASE64.encode(&[2; 32]));
    let found = load("", &[("PORTCULLIS_SECRET_KEY", &other), ("PORTCULLIS_PREVIOUS_SECRET_KEY", &one)]).unwrap();
    assert_eq!(found.previous_secret_key.map(|key| *key), Some([1; 32]));
    let refused = refusal("previous_secret_key = \"short\"", &[]);
    assert!(refused.contains("`previous_secret_key`") && refused.contains("base64"), "{refused}");
}

#[test]
fn an_unknown_key_stops_the_start_and_is_named() {
    assert!(refusal("lisen = \"127.0.0.1:1\"", &[]).contains("`lisen`"));
    assert!(refusal("[argon2]\nmemory = 1", &[]).contains("`argon2.memory`"));
    let refused = refusal("", &[("PORTCULLIS_ARGON2__MEMORY", "70000")]);
    assert!(refused.contains("PORTCULLIS_ARGON2__MEMORY"), "{refused}");
}

#[test]
fn a_bad_value_stops_the_start_with_key_problem_and_range() {
    for (toml, key, range) in [
        ("listen = \"8080\"", "`listen`", "127.0.0.1:8080"),
        ("hashing_queue = 0", "`hashing_queue`", "1 to 65536"),
        ("hashing_queue = \"many\"", "`hashing_queue`", "1 to 65536"),
        ("hashing_threads = -1", "`hashing_threads`", "1 to 1024"),
        ("[argon2]\nmemory_kib = 8", "`argon2.memory_kib`", "19456"),
        ("[argon2]\niterations = 1", "`argon2.iterations`", "2 to"),
        ("[log]\nlevel = \"loud\"", "`log.level`", "trace"),
        ("[log]\nformat = \"xml\"", "`log.format`", "json"),
        ("second_admin_alias = \"admin\"", "`second_admin_alias`", "12 to 64"),
        ("secret_key = \"short\"", "`secret_key`", "32"),
        ("database_url = \"mysql://x\"", "`database_url`", "postgres://"),
        ("[database]\nmax_connections = 0", "`database.max_connections`", "1 to 1000"),
        ("[database]\nacquire_timeout_seconds = 11", "`database.acquire_timeout_seconds`", "1 to 10"),
        ("[database]\nstatement_timeout_seconds = \"10s\"", "`database.statement_timeout_seconds`", "1 to 10"),
        ("[database]\ntls = \"maybe\"", "`database.tls`", "verify-full"),
        ("[database]\nroot_certificate = \"/nowhere/ca.pem\"", "`database.root_certificate`", "PEM"),
        ("smtp_url = \"http://x\"", "`smtp_url`", "smtps://"),
        ("trusted_proxies = [\"nowhere\"]", "`trusted_proxies`", "10.0.0.0/8"),
        ("product_name = \"a\\nb\"", "`product_name`", "one line"),
        ("[tls]\ncert_file = \"x\"", "`tls.key_file`", "PEM"),
        ("[[functionalities]]\nid = \"audit\"\nname = \"x\"", "`functionalities`", "id"),
        ("[[functionalities]]\nid = \"o\"\nname = \"O\"\nurl = \"javascript:x\"", "`functionalities`", "http"),
    ] {
        let refused = refusal(toml, &[]);
        assert!(refused.contains(key) && refused.contains(range) && !refused.contains('\n'), "{toml}: {refused}");
    }
}

#[test]
fn a_file_that_is_not_toml_is_told_on_one_line_without_its_secrets() {
    let refused = refusal("smtp_url = \"smtp://u:hunter2@h", &[]);
    assert!(refused.contains("line 1") && !refused.contains("hunter2") && !refused.contains('\n'), "{refused}");
}

#[test]
fn the_environment_overrides_the_file() {
    let found = load(
        "listen = \"127.0.0.1:1\"\n[argon2]\niterations = 4\n",
        &[
            ("PORTCULLIS_LISTEN", "127.0.0.1:9"),
            ("PORTCULLIS_ARGON2__MEMORY_KIB", "20000"),
            ("PORTCULLIS_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
            ("PORTCULLIS_DATABASE__MAX_CONNECTIONS", "7"),
            ("PORTCULLIS_DATABASE__TLS", "require"),
            ("UNRELATED", "x"),
        ],
    )
    .unwrap();
    assert_eq!(found.listen.port(), 9);
    assert_eq!((found.database.max_connections, found.database.tls), (7, Some(TlsMode::Require)));
    assert_eq!(found.argon2, HashingCost { memory_kib: 20_000, iterations: 4, parallelism: 1 });
    assert_eq!(found.trusted_proxies, ["10.0.0.0/8".parse().unwrap(), "192.0.2.1/32".parse::<IpNet>().unwrap()]);
}

#[test]
fn a_secret_comes_from_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("smtp");
    std::fs::write(&file, "smtp://u:p@mail.example:587\n").unwrap();
    let path = file.to_str().unwrap();
    let found = load("", &[("PORTCULLIS_SMTP_URL_FILE", path)]).unwrap();
    assert_eq!(found.smtp_url.as_deref(), Some("smtp://u:p@mail.example:587"));
    let both = refusal("smtp_url = \"smtp://other\"", &[("PORTCULLIS_SMTP_URL_FILE", path)]);
    assert!(both.contains("smtp_url_file"), "{both}");
    assert!(refusal("secret_key_file = \"/nowhere/key\"", &[]).contains("`secret_key_file`"));
    std::fs::write(&file, data_encoding::BASE64.encode(&[7; 32])).unwrap();
    let found = load("", &[("PORTCULLIS_SECRET_KEY_FILE", path)]).unwrap();
    assert!(matches!(found.secret_key, KeySource::Given(key) if *key == [7; 32]));
}

#[test]
fn http_is_refused_unless_nobody_is_on_the_wire_or_it_is_allowed() {
    assert!(refusal("public_url = \"http://shop.example\"", &[]).contains("allow_insecure_http"));
    assert!(refusal("listen = \"0.0.0.0:8080\"", &[]).contains("`public_url`"));
    assert!(refusal("public_url = \"https://shop.example/path\"", &[]).contains("origin"));
    assert!(refusal("public_url = \"ftp://shop.example\"", &[]).contains("scheme"));
    for good in [
        "public_url = \"https://shop.example/\"",
        "public_url = \"http://localhost:3000\"",
        "public_url = \"http://127.0.0.9\"",
        "public_url = \"http://[::1]:8080\"",
        "public_url = \"http://shop.example\"\nallow_insecure_http = true",
        "listen = \"[::1]:8080\"",
    ] {
        assert!(load(good, &[]).is_ok(), "{good}");
    }
}
