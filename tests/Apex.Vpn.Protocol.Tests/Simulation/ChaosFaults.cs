using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>The troubles, each by its share of chance.</summary>
internal sealed class ChaosFaults
{
    private readonly Chaos _chaos;
    private readonly ChaosNetwork _network;
    private readonly (int Weight, Action Deed)[] _deeds;
    private readonly int _weights;
    private int _presharedKeys;

    internal ChaosFaults(Chaos chaos, ChaosNetwork network)
    {
        _chaos = chaos;
        _network = network;
        _deeds =
        [
            (150, Talk),
            (40, () => chaos.Pass(Dice.Milliseconds(1, 300))),
            (30, () => chaos.Pass(Dice.Seconds(1, 12))),
            (3, () => chaos.Pass(Dice.Seconds(60, 600))),
            (20, Replay),
            (15, Forge),
            (4, ChangeLink),
            (4, Move),
            (2, Sleep),
            (2, ChangeKey),
            (3, RemovePeer),
            (6, MovePrefix),
            (3, ChangePresharedKey),
            (3, ChangeKeepalive),
            (1, GoDown),
            (1, SetClock),
            (chaos.Options.Floods ? 20 : 1, () => Flood(AnyAwake())),
        ];
        _weights = _deeds.Sum(static deed => deed.Weight);
    }

    private Dice Dice => _chaos.Dice;

    /// <summary>Does one thing.</summary>
    internal void Strike()
    {
        int chosen = Dice.Below(_weights);
        int i = 0;
        while (chosen >= _deeds[i].Weight) chosen -= _deeds[i++].Weight;
        _deeds[i].Deed();
    }

    /// <summary>Initiations of somebody who knows a node's public key and nothing else: enough of them to make load.</summary>
    internal void Flood(Member member)
    {
        if (member.Node.IsAsleep) return;
        var datagrams = new Datagram[Dice.Between(8, 48)];
        var macs = new CookieJar(member.PublicKey);
        for (int i = 0; i < datagrams.Length; i++)
        {
            byte[] bytes = new byte[InitiationMessage.Size];
            _chaos.World.Random.Fill(bytes);
            new InitiationMessage(bytes).WriteType();
            macs.AddMacs(bytes, _chaos.World.Now);
            datagrams[i] = new Datagram(Stranger(), member.Node.Address, 0, bytes);
        }
        member.Node.Receive(datagrams);
    }

    private Member AnyAwake()
    {
        Member[] awake = [.. _chaos.Members.Where(static member => !member.Node.IsAsleep)];
        return awake.Length == 0 ? Dice.Of(_chaos.Members) : Dice.Of(awake);
    }

    private UdpEndpoint Stranger() => UdpEndpoint.FromIPv4(0xCB007100u + (uint)Dice.Below(256), (ushort)Dice.Between(1, 65535));

    private void Talk()
    {
        for (int i = Dice.Between(1, 8); i > 0; i--)
        {
            _chaos.Send(Dice.Of(_chaos.Members), Dice.Chance(0.02) ? 64 : Dice.Between(1, 6));
            if (Dice.Chance(0.5)) _chaos.Pass(Dice.Milliseconds(1, 50));
        }
    }

    /// <summary>What arrived before arrives again; data even from elsewhere, which must not take anybody's endpoint there.</summary>
    private void Replay()
    {
        for (int i = Dice.Between(1, 10); i > 0 && _network.Record.Count != 0; i--)
        {
            (Member receiver, Datagram datagram) = Dice.Of(_network.Record);
            bool moved = datagram.Type == MessageType.Transport && Dice.Chance(0.5);
            _chaos.World.Schedule(datagram with { To = receiver.Node.Address, From = moved ? Stranger() : datagram.From });
        }
        _chaos.Pass(Dice.Milliseconds(1, 500));
    }

    /// <summary>Damaged copies of what arrived, and bytes that never were anything.</summary>
    private void Forge()
    {
        for (int i = Dice.Between(1, 10); i > 0 && _network.Record.Count != 0; i--)
        {
            (Member receiver, Datagram datagram) = Dice.Of(_network.Record);
            byte[] bytes = [.. datagram.Bytes];
            bytes[Dice.Below(bytes.Length)] ^= (byte)Dice.Between(1, 255);
            if (Dice.Chance(0.2)) bytes = bytes[..Dice.Between(4, bytes.Length)];
            _chaos.World.Schedule(new Datagram(Stranger(), receiver.Node.Address, (byte)Dice.Below(256), bytes));
        }
        _chaos.Pass(Dice.Milliseconds(1, 500));
    }

    private void ChangeLink() => _chaos.World.Link = Dice.Chance(0.4)
        ? Link.Perfect
        : new Link
        {
            Latency = Dice.Milliseconds(1, 300),
            Spread = Dice.Chance(0.5) ? TimeSpan.Zero : Dice.Milliseconds(1, 2000),
            Loss = Dice.Chance(0.5) ? 0 : Dice.Below(60) / 100.0,
            Duplication = Dice.Chance(0.5) ? 0 : Dice.Below(50) / 100.0,
        };

    private void Move()
    {
        Member member = Dice.Of(_chaos.Members);
        if (member.IsMobile) _network.Move(member);
    }

    private void Sleep()
    {
        Member member = AnyAwake();
        bool erases = Dice.Chance(0.5);
        if (erases) member.Node.Engine.EraseSessions();
        member.Node.IsAsleep = true;
        _chaos.Later(Dice.Chance(0.5) ? Dice.Seconds(1, 60) : Dice.Seconds(60, 1000), () =>
        {
            member.Node.IsAsleep = false;
            member.Node.RunControl();
        });
    }

    /// <summary>A member changes its key; the others learn of it one by one.</summary>
    private void ChangeKey()
    {
        Member member = AnyAwake();
        Span<byte> bytes = stackalloc byte[32];
        _chaos.World.Random.Fill(bytes);
        member.ChangeKey(new PrivateKey(bytes));
        foreach (Member other in _chaos.Others(member)) _chaos.Later(Dice.Milliseconds(0, 30_000), () => Relink(other, member));
    }

    private void RemovePeer()
    {
        Member member = AnyAwake();
        if (member.Links.Count == 0) return;
        MemberLink link = Dice.Of(member.Links);
        member.Unlink(link);
        _chaos.Later(Dice.Milliseconds(0, 120_000), () => Relink(member, link.Target));
    }

    /// <summary>Makes a member's configuration for another what it should be now.</summary>
    private void Relink(Member member, Member other)
    {
        _network.ForgetHandshakes(member);
        MemberLink[] former = [.. member.Links.Where(link => link.Target == other && link.Key != other.PublicKey)];
        bool removesFirst = Dice.Chance(0.5);
        if (removesFirst) Array.ForEach(former, member.Unlink);
        if (member.LinkTo(other) is null)
        {
            int presharedKey = other.LinkTo(member)?.PresharedKey ?? 0;
            member.Link(other, _chaos.KnowsAddress(member, other), presharedKey);
        }
        if (!removesFirst) Array.ForEach(former, member.Unlink);
    }

    private void MovePrefix()
    {
        Member member = Dice.Of(_chaos.Members);
        if (member.Links.Count == 0) return;
        MemberLink link = Dice.Of(member.Links);
        int address = Dice.Between(InnerAddresses.FirstMoving, InnerAddresses.Count - 1);
        if (Dice.Chance(0.7)) member.Give(link, address);
        else member.Take(link, address);
    }

    /// <summary>Both sides get another preshared key, the second some time after the first.</summary>
    private void ChangePresharedKey()
    {
        Member member = Dice.Of(_chaos.Members);
        if (member.Links.Count == 0) return;
        MemberLink link = Dice.Of(member.Links);
        int presharedKey = Dice.Chance(0.2) ? 0 : ++_presharedKeys;
        member.SetPresharedKey(link, presharedKey);
        _chaos.Later(Dice.Milliseconds(0, 20_000), () =>
        {
            if (member.LinkTo(link.Target) is not { } current || link.Target.LinkTo(member) is not { } back) return;
            link.Target.SetPresharedKey(back, current.PresharedKey);
        });
    }

    private void ChangeKeepalive()
    {
        Member member = Dice.Of(_chaos.Members);
        if (member.Links.Count != 0) member.SetKeepalive(Dice.Of(member.Links), Dice.Chance(0.5) ? 0 : Dice.Between(1, 60));
    }

    private void GoDown()
    {
        Member member = AnyAwake();
        member.Node.Engine.Down();
        member.Node.RunControl();
        _chaos.Later(Dice.Milliseconds(0, 10_000), () =>
        {
            member.Node.Engine.Up();
            member.Node.RunControl();
        });
    }

    /// <summary>The wall clock is set, forward for good or back, which counts for nothing.</summary>
    private void SetClock()
    {
        Member member = AnyAwake();
        long unix = new NodeOptions().UnixNanoseconds + (long)_chaos.World.Elapsed.TotalNanoseconds + (Dice.Between(-3600, 60) * 1_000_000_000L);
        member.Node.Engine.AnchorWallClock(unix, _chaos.World.Now);
    }
}
