namespace Apex.Vpn.Routing.Directory;

/// <summary>What became of a file of the directory: a server list, a status, latency profiles or a certificate.</summary>
public enum DirectoryVerdict : byte
{
    /// <summary>Nothing was looked at.</summary>
    None = 0,

    /// <summary>It is right, and new.</summary>
    Accepted,

    /// <summary>It is right, and the one that is held already.</summary>
    Unchanged,

    /// <summary>The one that is held already, although its time has passed: somebody holds back what is new.</summary>
    Frozen,

    /// <summary>
    /// It is right, but its time has passed. A list is held nevertheless, to reach the control plane with; no server is chosen from it.
    /// Statuses and profiles are ignored.
    /// </summary>
    Expired,

    /// <summary>It is right, and this program too old to read it: a newer major version.</summary>
    UpdateNeeded,

    /// <summary>More bytes than a file of its kind may have.</summary>
    TooLarge,

    /// <summary>Not a file of the kind that was expected.</summary>
    OtherKind,

    /// <summary>Not the form that its kind has.</summary>
    Malformed,

    /// <summary>Too few of the trusted roots certified the key that signed it.</summary>
    NotCertified,

    /// <summary>The key that signed it is certified for other things.</summary>
    WrongPurpose,

    /// <summary>The signature does not fit the bytes.</summary>
    BadSignature,

    /// <summary>It speaks of a time that the certificate of its key does not cover.</summary>
    OutsideCertificate,

    /// <summary>The certificate of its key is of an older generation than one that was seen: the key was given up.</summary>
    Superseded,

    /// <summary>Older than one that was seen.</summary>
    Rollback,

    /// <summary>
    /// Another than the one that was seen under the same number: whoever signs says different things to different people.
    /// </summary>
    Conflict,

    /// <summary>
    /// A status of another list than the one that is held, or word of a newer generation of keys than that list's: the list must be fetched
    /// first.
    /// </summary>
    OtherList,

    /// <summary>No answer came in time, or the connection failed.</summary>
    Unreachable,

    /// <summary>The answer was neither the file nor that it is unchanged.</summary>
    UnexpectedAnswer,
}
