namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>Allowed IPs with a memory of one address: most packets of a batch go where the one before them went.</summary>
/// <remarks>For one batch: what changes meanwhile is seen by the next.</remarks>
internal ref struct RouteMemo(AllowedIpTable<Peer> table)
{
    private UInt128 _address;
    private bool _isIPv4;
    private bool _isSet;
    private Peer? _owner;

    /// <summary>The owner of an address; null when it is no one's.</summary>
    internal Peer? Find(UInt128 address, bool isIPv4)
    {
        if (_isSet && address == _address && isIPv4 == _isIPv4) return _owner;
        (_address, _isIPv4, _isSet) = (address, isIPv4, true);
        return _owner = table.Find(address, isIPv4);
    }
}
