using System.Security.Cryptography;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Engine;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>A node of a troubled network, with the test's own books of what was configured on it: what the engine does is held against them.</summary>
internal sealed class Member(int index, Node node, bool isMobile, bool isNatted)
{
    private readonly MemberLink?[] _owners = new MemberLink?[InnerAddresses.Count];

    internal int Index => index;

    internal Node Node => node;

    /// <summary>Whether its address changes, so that only those who hear from it know where it is.</summary>
    internal bool IsMobile => isMobile;

    /// <summary>Whether a NAT stands before it: nothing comes in unless something went out a while ago.</summary>
    internal bool IsNatted => isNatted;

    internal PublicKey PublicKey { get; private set; } = node.PublicKey;

    internal List<MemberLink> Links { get; } = [];

    /// <summary>When something last left through the NAT.</summary>
    internal Instant LastLeft { get; set; }

    /// <summary>Where an inner address leads to, or must come from.</summary>
    internal MemberLink? OwnerOf(int address)
    {
        for (int candidate = address; candidate >= 0; candidate = InnerAddresses.Wider(candidate))
        {
            if (_owners[candidate] is { } owner) return owner;
        }
        return null;
    }

    /// <summary>The link to a member under its present key, if there is one.</summary>
    internal MemberLink? LinkTo(Member other) => Links.Find(link => link.Target == other && link.Key == other.PublicKey);

    /// <summary>Makes a member, as it is now, a peer; its home addresses lead there.</summary>
    internal MemberLink Link(Member other, bool withEndpoint, int presharedKey)
    {
        var link = new MemberLink(this, other, other.PublicKey) { PresharedKey = presharedKey };
        Links.Add(link);
        using PresharedKey secret = Secret(presharedKey);
        Apply(link, update =>
        {
            update.Endpoint = withEndpoint ? other.Node.Address : null;
            update.PresharedKey = secret;
            Give(update, link, InnerAddresses.HomeIPv4(other.Index));
            Give(update, link, InnerAddresses.HomeIPv6(other.Index));
        });
        return link;
    }

    internal void ChangeKey(PrivateKey key)
    {
        node.SetPrivateKey(key);
        PublicKey = key.DerivePublicKey();
    }

    internal void Unlink(MemberLink link)
    {
        Links.Remove(link);
        for (int address = 0; address < _owners.Length; address++)
        {
            if (_owners[address] == link) _owners[address] = null;
        }
        Apply(link, static update => update.Remove = true);
    }

    /// <summary>Gives a prefix to a link, whoever had it.</summary>
    internal void Give(MemberLink link, int address) => Apply(link, update => Give(update, link, address));

    /// <summary>Takes a prefix from a link, if it has it.</summary>
    internal void Take(MemberLink link, int address)
    {
        if (_owners[address] == link) _owners[address] = null;
        Apply(link, update => update.AllowedIps.Add(AllowedIpChange.Remove(InnerAddresses.Prefix(address))));
    }

    internal void SetPresharedKey(MemberLink link, int presharedKey)
    {
        link.PresharedKey = presharedKey;
        using PresharedKey secret = Secret(presharedKey);
        Apply(link, update => update.PresharedKey = secret);
    }

    internal void SetEndpoint(MemberLink link) => Apply(link, update => update.Endpoint = link.Target.Node.Address);

    internal void SetKeepalive(MemberLink link, int seconds) => Apply(link, update => update.PersistentKeepalive = (ushort)seconds);

    private void Give(PeerUpdate update, MemberLink link, int address)
    {
        _owners[address] = link;
        update.AllowedIps.Add(AllowedIpChange.Add(InnerAddresses.Prefix(address)));
    }

    private void Apply(MemberLink link, Action<PeerUpdate> change)
    {
        var update = new PeerUpdate(link.Key);
        change(update);
        node.Apply(update);
    }

    // By number, so that the books hold no secrets; 0 stands for none.
    private static PresharedKey Secret(int number)
    {
        Span<byte> bytes = stackalloc byte[32];
        if (number != 0) SHA256.HashData(BitConverter.GetBytes(number), bytes);
        return new PresharedKey(bytes);
    }
}

/// <summary>A peer in a member's books.</summary>
internal sealed class MemberLink(Member owner, Member target, PublicKey key)
{
    internal Member Target => target;

    internal PublicKey Key => key;

    internal int PresharedKey { get; set; }

    /// <summary>Whether both sides are configured so that they must be able to talk.</summary>
    internal bool IsMutual =>
        key == target.PublicKey && target.LinkTo(owner) is { } back && back.PresharedKey == PresharedKey;
}
