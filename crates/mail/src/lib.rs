//! Mail: templates, SMTP by lettre, files on disk.
