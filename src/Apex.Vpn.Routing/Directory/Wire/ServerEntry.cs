using System.Buffers.Binary;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>Reads servers that refer to the tables of their list.</summary>
internal sealed class ServerEntry(List<Place?> places, List<string?> providers, List<EndpointSet?> endpointSets, DateTimeOffset issued)
{
    /// <summary>
    /// Reads one; null, with the first thing that is wrong, when it is no good. What follows in the entry is of a newer minor version.
    /// </summary>
    internal Server? Read(ref WireReader entry, out ListDefectReason reason)
    {
        reason = ListDefectReason.None;
        Guid id = ReadId(ref entry);
        string name = entry.Text(DirectoryLimits.TextBytes);
        int placeIndex = entry.Number(DirectoryLimits.Places);
        int providerIndex = entry.Number(DirectoryLimits.Providers);
        var features = (ServerFeatures)(uint)entry.Varint(uint.MaxValue);
        int capacity = entry.Number(DirectoryLimits.Capacity);
        UdpEndpoint[] addresses = ReadAddresses(ref entry, ref reason);
        int setIndex = entry.Number(DirectoryLimits.EndpointSets);
        ServerKey[] keys = ReadKeys(ref entry, ref reason);

        Place? place = At(places, placeIndex);
        string? provider = providerIndex == 0 ? "" : At(providers, providerIndex - 1);
        EndpointSet? set = At(endpointSets, setIndex);
        ServerEndpoint[]? endpoints = set is null ? null : Join(set, addresses);
        if (entry.Failed) reason = ListDefectReason.Malformed;
        else if (reason == ListDefectReason.None) reason = Judge(id, name, place, provider, capacity, set, endpoints);
        if (reason != ListDefectReason.None) return null;
        return new Server
        {
            Id = id,
            Name = name,
            Place = place!,
            Provider = provider!,
            Endpoints = endpoints!,
            Keys = keys,
            Features = features,
            Capacity = capacity,
        };
    }

    private static ListDefectReason Judge(
        Guid id, string name, Place? place, string? provider, int capacity, EndpointSet? set, ServerEndpoint[]? endpoints)
    {
        if (id == Guid.Empty) return ListDefectReason.Id;
        if (name.Length == 0) return ListDefectReason.Name;
        if (place is null) return ListDefectReason.UnknownPlace;
        if (provider is null) return ListDefectReason.UnknownProvider;
        if (capacity == 0) return ListDefectReason.Capacity;
        if (set is null) return ListDefectReason.UnknownEndpointSet;
        return endpoints is null ? ListDefectReason.Endpoint : ListDefectReason.None;
    }

    private static Guid ReadId(ref WireReader entry) =>
        entry.Bytes(16) is { IsEmpty: false } bytes ? new Guid(bytes, bigEndian: true) : Guid.Empty;

    private static UdpEndpoint[] ReadAddresses(ref WireReader entry, ref ListDefectReason reason)
    {
        var addresses = new UdpEndpoint[entry.Number(DirectoryLimits.Addresses)];
        for (int i = 0; i < addresses.Length; i++)
        {
            switch (entry.Byte())
            {
                case ListSections.IPv4 when entry.Bytes(4) is { IsEmpty: false } bytes:
                    addresses[i] = UdpEndpoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes), 0);
                    break;
                case ListSections.IPv6 when entry.Bytes(16) is { IsEmpty: false } bytes:
                    addresses[i] = UdpEndpoint.FromIPv6(BinaryPrimitives.ReadUInt128BigEndian(bytes), 0);
                    break;
                default:
                    entry.Fail(); // how long an address of another family is, nobody knows
                    return addresses;
            }
            if (addresses[i].AddressBits == 0) reason = ListDefectReason.Address;
        }
        if (addresses.Length == 0) reason = ListDefectReason.Address;
        return addresses;
    }

    private ServerKey[] ReadKeys(ref WireReader entry, ref ListDefectReason reason)
    {
        var keys = new ServerKey[entry.Number(DirectoryLimits.Keys)];
        if (keys.Length == 0) reason = ListDefectReason.Key;
        for (int i = 0; i < keys.Length; i++)
        {
            ReadOnlySpan<byte> bytes = entry.Bytes(PublicKey.Size);
            long notBefore = entry.SignedVarint();
            long duration = (long)entry.Varint(WireReader.MaxTime);
            if (entry.Failed) return keys;
            long begin = Math.Clamp(notBefore, -WireReader.MaxTime, WireReader.MaxTime) + issued.ToUnixTimeSeconds();
            if (begin < 0 || begin + duration >= WireReader.MaxTime)
            {
                reason = ListDefectReason.Validity;
                continue;
            }
            keys[i] = new ServerKey(new PublicKey(bytes), entry.Date(begin), entry.Date(begin + duration));
            if (keys[i].Key.IsZero) reason = ListDefectReason.Key;
        }
        return keys;
    }

    private static ServerEndpoint[]? Join(EndpointSet set, UdpEndpoint[] addresses)
    {
        var endpoints = new ServerEndpoint[set.Slots.Length];
        for (int i = 0; i < endpoints.Length; i++)
        {
            EndpointSlot slot = set.Slots[i];
            if (slot.Address >= addresses.Length) return null;
            UdpEndpoint address = addresses[slot.Address];
            endpoints[i] = new ServerEndpoint(slot.Transport, address.IsIPv6
                ? UdpEndpoint.FromIPv6(address.AddressBits, slot.Port)
                : UdpEndpoint.FromIPv4((uint)address.AddressBits, slot.Port));
        }
        return endpoints;
    }

    private static T? At<T>(List<T?> table, int index)
        where T : class => index < table.Count ? table[index] : null;
}
