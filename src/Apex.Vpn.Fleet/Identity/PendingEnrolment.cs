namespace Apex.Vpn.Fleet.Identity;

/// <summary>A node that waits for a person's decision, as it is shown to that person. Immutable.</summary>
public sealed class PendingEnrolment
{
    internal PendingEnrolment(EnrolmentFingerprint fingerprint, string name, string city, Guid? node, DateTimeOffset since)
    {
        Fingerprint = fingerprint;
        Name = name;
        City = city;
        Node = node;
        Since = since;
    }

    /// <summary>To be compared with what the node shows.</summary>
    public EnrolmentFingerprint Fingerprint { get; }

    /// <summary>The name it gives.</summary>
    public string Name { get; }

    /// <summary>The city it gives.</summary>
    public string City { get; }

    /// <summary>The id that it says it had before; null for none.</summary>
    public Guid? Node { get; }

    /// <summary>When it first asked.</summary>
    public DateTimeOffset Since { get; }
}
