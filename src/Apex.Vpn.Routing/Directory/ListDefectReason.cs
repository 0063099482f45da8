namespace Apex.Vpn.Routing.Directory;

/// <summary>Why an entry of a server list was skipped.</summary>
public enum ListDefectReason : byte
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>It ends too early, is longer than its part, or a number or text in it is not in its range.</summary>
    Malformed,

    /// <summary>More entries of its part than a list may have.</summary>
    TooMany,

    /// <summary>The country is not two letters.</summary>
    Country,

    /// <summary>The coordinates are not degrees.</summary>
    Location,

    /// <summary>The name is empty.</summary>
    Name,

    /// <summary>The id is zero.</summary>
    Id,

    /// <summary>A server before it has the same id.</summary>
    DuplicateId,

    /// <summary>It refers to a place that there is not, or that was skipped.</summary>
    UnknownPlace,

    /// <summary>It refers to a provider that there is not, or that was skipped.</summary>
    UnknownProvider,

    /// <summary>It refers to a set of endpoints that there is not, or that was skipped.</summary>
    UnknownEndpointSet,

    /// <summary>It has no address, or one that is none.</summary>
    Address,

    /// <summary>It has no endpoint, one without a transport or port, or one at an address that the server has not.</summary>
    Endpoint,

    /// <summary>It has no key, or one that is none.</summary>
    Key,

    /// <summary>A key ends before it begins, or its times are no dates.</summary>
    Validity,

    /// <summary>The capacity is zero.</summary>
    Capacity,

    /// <summary>The certificate is none, is for other things than notices, or too few roots signed it.</summary>
    Certificate,
}
