using System.Security.Cryptography;
using System.Text;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>One numbered step from one set of tables to the next.</summary>
/// <remarks>
/// While a fleet of replicas is upgraded, builds N and N+1 work on one database. So a build only expands what is there (new tables,
/// columns that may be null or have a default), and what it does not need any more is taken away by a later one.
/// </remarks>
internal sealed class Migration
{
    /// <param name="version">The number, one above the migration before.</param>
    /// <param name="name">What it does.</param>
    /// <param name="oldestBuild">
    /// The lowest number that a build may know as its last and go on working after this one: that of the migration itself when it takes
    /// something away that builds before it use, the first one's for a migration that only adds.
    /// </param>
    /// <param name="statements">What is executed, in one transaction. <c>{bytes}</c> stands for the database's type of bytes.</param>
    internal Migration(int version, string name, int oldestBuild, params IReadOnlyList<string> statements)
    {
        Version = version;
        Name = name;
        OldestBuild = oldestBuild;
        Statements = statements;
        // Without line ends, which depend on how the source was checked out.
        string text = string.Join(';', statements).ReplaceLineEndings("\n");
        Checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    internal int Version { get; }

    internal string Name { get; }

    internal int OldestBuild { get; }

    internal IReadOnlyList<string> Statements { get; }

    /// <summary>SHA-256 of the statements: what was applied is never edited afterwards.</summary>
    internal string Checksum { get; }
}
