using System.Diagnostics;
using Apex.Vpn.Testing;
using Npgsql;

namespace Apex.Vpn.Fleet.Tests.Storage.Backends;

/// <summary>
/// PostgreSQL for this test assembly: in a folder of its own, reached through a socket there, without a port. It ends, and its folder goes,
/// with the process that started it, however that ends.
/// </summary>
public sealed class PostgresServer
{
    // The server lives as long as its standard input, which the system closes when whoever holds the other end is gone.
    private const string Script = """
        set -eu
        bin=$1
        folder=$(mktemp -d /tmp/apex-pg.XXXXXX)
        trap 'rm -rf "$folder"' EXIT
        "$bin/initdb" -D "$folder/data" -A trust -U apex --no-sync --no-locale -E UTF8 > "$folder/log" 2>&1
        "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync="$2" -c max_connections=300 \
            -c shared_buffers=64MB >> "$folder/log" 2>&1 < /dev/null &
        server=$!
        until "$bin/pg_isready" -q -h "$folder"; do
            kill -0 "$server" || { cat "$folder/log" >&2; exit 1; }
            sleep 0.05
        done
        echo "$folder"
        read -r _ || true
        kill -INT "$server"
        wait "$server" || true
        """;

    private static readonly string? Programs = FindPrograms();
    private static readonly Lazy<PostgresServer> Started = new(static () => new PostgresServer(fsync: false));

    private readonly Process _process;
    private int _databases;

    private PostgresServer(bool fsync)
    {
        string bin = Programs ?? throw new InvalidOperationException("PostgreSQL is not installed: Debian's package is postgresql.");
        // It refuses to run as root.
        string[] user = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        string[] command = [.. user, "bash", "-c", Script, "bash", bin, fsync ? "on" : "off"];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        })!;
        Folder = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("PostgreSQL did not start.");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop();
    }

    public static PostgresServer Instance => Started.Value;

    /// <summary>The reason to skip what needs PostgreSQL; null when it is there, or must be.</summary>
    public static string? Missing { get; } = Programs is null
        ? Requirements.Files("Debian's package postgresql", "/usr/lib/postgresql/*/bin/initdb")
        : null;

    private string Folder { get; }

    /// <summary>A server of one's own.</summary>
    public static PostgresServer Start(bool fsync) => new(fsync);

    /// <summary>Makes an empty database.</summary>
    /// <returns>How to connect to it.</returns>
    public string CreateDatabase()
    {
        string name = $"test{Interlocked.Increment(ref _databases)}";
        using NpgsqlDataSource source = NpgsqlDataSource.Create(ConnectionString("postgres", pooling: false));
        using NpgsqlCommand command = source.CreateCommand($"CREATE DATABASE {name}");
        command.ExecuteNonQuery();
        return ConnectionString(name, pooling: true);
    }

    /// <summary>Stops the server and waits until it has.</summary>
    public void Stop()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(TimeSpan.FromSeconds(20));
    }

    private static string? FindPrograms() =>
        System.IO.Directory.Exists("/usr/lib/postgresql")
            ? System.IO.Directory.GetDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin"))
                .Where(static bin => File.Exists(Path.Combine(bin, "initdb"))).Max()
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .FirstOrDefault(static bin => File.Exists(Path.Combine(bin, "initdb")));

    private string ConnectionString(string database, bool pooling) => new NpgsqlConnectionStringBuilder
    {
        Host = Folder,
        Username = "apex",
        Database = database,
        Pooling = pooling,
        MaxPoolSize = 60,
    }.ConnectionString;
}
