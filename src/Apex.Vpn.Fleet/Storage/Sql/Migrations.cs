namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>All migrations that this build knows, the oldest first. They are added to and never changed.</summary>
internal static class Migrations
{
    internal static IReadOnlyList<Migration> All { get; } = [First];

    private static Migration First => new(
        version: 1,
        name: "first tables",
        oldestBuild: 1,
        """
        CREATE TABLE node (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            city TEXT NOT NULL,
            country TEXT NOT NULL,
            provider TEXT NOT NULL,
            state TEXT NOT NULL,
            epoch BIGINT NOT NULL,
            configuration_version BIGINT NOT NULL,
            applied_version BIGINT NOT NULL,
            enrolled_at BIGINT,
            updated_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX node_by_state ON node (state)",
        """
        CREATE TABLE configuration (
            name TEXT NOT NULL,
            version BIGINT NOT NULL,
            content {bytes} NOT NULL,
            created_at BIGINT NOT NULL,
            PRIMARY KEY (name, version)
        )
        """,
        """
        CREATE TABLE certificate (
            serial TEXT PRIMARY KEY,
            node_id TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
            not_before BIGINT NOT NULL,
            not_after BIGINT NOT NULL,
            revoked_at BIGINT
        )
        """,
        "CREATE INDEX certificate_by_node ON certificate (node_id, not_after)",
        """
        CREATE TABLE enrolment_token (
            id TEXT PRIMARY KEY,
            hash {bytes} NOT NULL,
            node_name TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            used_at BIGINT,
            used_by TEXT
        )
        """,
        "CREATE INDEX enrolment_token_by_end ON enrolment_token (expires_at)",
        """
        CREATE TABLE account (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            lookup {bytes} NOT NULL UNIQUE,
            argon2id {bytes} NOT NULL,
            entitled_until BIGINT,
            device_limit BIGINT NOT NULL,
            device_count BIGINT NOT NULL,
            created_at BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE inner_address (
            pool TEXT NOT NULL,
            idx BIGINT NOT NULL,
            device_id TEXT UNIQUE,
            free_at BIGINT,
            PRIMARY KEY (pool, idx)
        )
        """,
        "CREATE INDEX inner_address_by_rest ON inner_address (pool, free_at) WHERE device_id IS NULL",
        """
        CREATE TABLE device (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            public_key {bytes} NOT NULL UNIQUE,
            name TEXT NOT NULL,
            pool TEXT NOT NULL,
            address_index BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            revoked_at BIGINT
        )
        """,
        "CREATE INDEX device_by_account ON device (account_id)",
        """
        CREATE TABLE session (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            device_id TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
            hash {bytes} NOT NULL UNIQUE,
            generation BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            revoked_at BIGINT
        )
        """,
        "CREATE INDEX session_by_account ON session (account_id)",
        "CREATE INDEX session_by_device ON session (device_id)",
        "CREATE INDEX session_by_end ON session (expires_at)",
        """
        CREATE TABLE session_spent (
            hash {bytes} PRIMARY KEY,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE
        )
        """,
        "CREATE INDEX session_spent_by_session ON session_spent (session_id)",
        """
        CREATE TABLE revocation (
            kind TEXT NOT NULL,
            subject {bytes} NOT NULL,
            revoked_at BIGINT NOT NULL,
            expires_at BIGINT,
            PRIMARY KEY (kind, subject)
        )
        """,
        "CREATE INDEX revocation_by_end ON revocation (expires_at)",
        """
        CREATE TABLE key_envelope (
            name TEXT NOT NULL,
            version BIGINT NOT NULL,
            ciphertext {bytes} NOT NULL,
            created_at BIGINT NOT NULL,
            PRIMARY KEY (name, version)
        )
        """,
        """
        CREATE TABLE lease (
            name TEXT PRIMARY KEY,
            owner TEXT NOT NULL,
            epoch BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            effects BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE idempotency (
            scope TEXT NOT NULL,
            key TEXT NOT NULL,
            digest {bytes} NOT NULL,
            answer {bytes} NOT NULL,
            at BIGINT NOT NULL,
            PRIMARY KEY (scope, key)
        )
        """,
        "CREATE INDEX idempotency_by_time ON idempotency (at)",
        """
        CREATE TABLE audit (
            id TEXT PRIMARY KEY,
            at BIGINT NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL
        )
        """,
        "CREATE INDEX audit_by_time ON audit (at)",
        """
        CREATE TABLE feed_head (
            shard BIGINT PRIMARY KEY,
            epoch BIGINT NOT NULL,
            seq BIGINT NOT NULL,
            trimmed BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE feed_event (
            shard BIGINT NOT NULL,
            seq BIGINT NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            payload {bytes} NOT NULL,
            at BIGINT NOT NULL,
            PRIMARY KEY (shard, seq)
        )
        """);
}
