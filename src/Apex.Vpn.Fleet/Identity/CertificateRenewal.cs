using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>When a node asks for its next certificate: well before it must, not with all others at once, and again when it fails.</summary>
/// <remarks>
/// <para>Due at 60 % of the lifetime, give or take a fifteenth: day 18 ± 2 of 30. The offset follows from the node's id and the issue time,
/// so it is the same each time it is computed, and differs between nodes: 10 000 nodes make one renewal in about three minutes. A failed
/// attempt is repeated after 1, 2, 4 … 60 min, less up to a quarter. At 80 % of the lifetime it is time for people. The old certificate
/// stays good until it ends, at least 10 days later.</para>
/// <para>A state machine: <c>now</c> comes in, nothing is started. Not thread-safe.</para>
/// </remarks>
public sealed class CertificateRenewal
{
    /// <summary>The share of the lifetime after which a renewal is due, on average.</summary>
    public const double DueAt = 0.6;

    /// <summary>How far the due time of one node may lie from the average, as a share of the lifetime.</summary>
    public const double Spread = 1.0 / 15;

    /// <summary>The share of the lifetime after which a missing renewal is an alarm.</summary>
    public const double AlarmAt = 0.8;

    /// <summary>The first wait after a failure.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait between two attempts.</summary>
    public static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);

    private readonly Guid _node;
    private DateTimeOffset _issued, _notAfter;
    private int _failures;

    /// <summary>Starts with a certificate.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="issued">When the certificate was made.</param>
    /// <param name="notAfter">When it ends; later than <paramref name="issued"/>.</param>
    public CertificateRenewal(Guid node, DateTimeOffset issued, DateTimeOffset notAfter)
    {
        _node = node;
        Renewed(issued, notAfter);
    }

    /// <summary>When to try next.</summary>
    public DateTimeOffset NextAttempt { get; private set; }

    /// <summary>When the current certificate ends.</summary>
    public DateTimeOffset NotAfter => _notAfter;

    /// <summary>When a renewal first becomes due.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="issued">When the certificate was made.</param>
    /// <param name="notAfter">When it ends.</param>
    public static DateTimeOffset Due(Guid node, DateTimeOffset issued, DateTimeOffset notAfter)
    {
        TimeSpan lifetime = notAfter - issued;
        double offset = ((2 * Fraction(node, issued, attempt: 0)) - 1) * Spread;
        return issued + (lifetime * (DueAt + offset));
    }

    /// <summary>Whether it is time to try.</summary>
    /// <param name="now">The time.</param>
    public bool IsDue(DateTimeOffset now) => now >= NextAttempt;

    /// <summary>Whether people should look: four fifths of the lifetime are over and the certificate was not renewed.</summary>
    /// <param name="now">The time.</param>
    public bool IsAlarming(DateTimeOffset now) => now >= _issued + ((_notAfter - _issued) * AlarmAt);

    /// <summary>An attempt failed.</summary>
    /// <param name="now">When it did.</param>
    public void Failed(DateTimeOffset now)
    {
        TimeSpan wait = _failures >= 6 ? LongestRetry : FirstRetry * (1 << _failures);
        _failures++;
        double less = _failures == 1 ? 0 : Fraction(_node, _issued, _failures) / 4; // the first at once, later ones apart from the others'
        NextAttempt = now + (wait * (1 - less));
    }

    /// <summary>There is a new certificate.</summary>
    /// <param name="issued">When it was made.</param>
    /// <param name="notAfter">When it ends; later than <paramref name="issued"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It ends before it begins.</exception>
    public void Renewed(DateTimeOffset issued, DateTimeOffset notAfter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(notAfter, issued);
        (_issued, _notAfter, _failures) = (issued, notAfter, 0);
        NextAttempt = Due(_node, issued, notAfter);
    }

    /// <summary>A number from 0 to 1 that looks random and is always the same.</summary>
    private static double Fraction(Guid node, DateTimeOffset issued, int attempt)
    {
        Span<byte> input = stackalloc byte[28], hash = stackalloc byte[SHA256.HashSizeInBytes];
        node.TryWriteBytes(input);
        BinaryPrimitives.WriteInt64LittleEndian(input[16..], issued.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt32LittleEndian(input[24..], attempt);
        SHA256.HashData(input, hash);
        return (BinaryPrimitives.ReadUInt64LittleEndian(hash) >> 11) * (1.0 / (1UL << 53));
    }
}
