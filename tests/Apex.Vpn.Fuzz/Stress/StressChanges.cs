using System.Net;
using System.Security.Cryptography;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Stress;

/// <summary>What changes while packets flow: peers, keys, sessions, prefixes, addresses. Everything goes through the control workers.</summary>
internal sealed class StressChanges
{
    private const int StrangersAtOnce = 16;
    private const ushort NobodysPort = 60_000;

    private readonly StressNetwork _network;
    private readonly Random _dice;
    private readonly (int Weight, Action<StressNode> Change)[] _changes;
    private readonly List<PublicKey> _strangers = [];
    private readonly List<(long At, Action Undo)> _later = [];
    private readonly ulong[] _guestSequences;
    private readonly byte[][] _presharedKeys; // by client

    internal StressChanges(StressNetwork network)
    {
        _network = network;
        _dice = new Random((int)network.Options.Seed);
        _guestSequences = new ulong[network.Nodes.Length];
        _presharedKeys = [.. network.Nodes.Select(static _ => new byte[32])];
        _changes =
        [
            (6, RemoveAtHub),
            (3, RemoveAtClient),
            (4, ChangeKey),
            (6, ChangePresharedKey),
            (10, MovePrefixes),
            (8, ChangeStrangers),
            (4, EraseSessions),
            (3, GoDown),
            (10, static client => client.Roam()),
            (6, ToggleKeepalive),
            (2, _ => network.Clock.Advance(TimeSpan.FromSeconds(_dice.Next(100, 700)))),
            (10, SendAsGuest),
        ];
    }

    /// <summary>Makes every client a peer of the hub and the other way round.</summary>
    internal void LinkAll()
    {
        foreach (StressNode client in _network.Clients)
        {
            LinkAtHub(client);
            LinkAtClient(client);
        }
    }

    /// <summary>Asks for a new session of every pair, from one side and the other in turn, unless one is on its way.</summary>
    internal void Renew(bool fromHub)
    {
        _network.Clock.Advance(2 * Limits.InitiationInterval); // nor is it too many for the responder
        foreach (StressNode client in _network.Clients)
        {
            (StressNode node, PublicKey key) = fromHub ? (_network.HubNode, KeyOf(client)) : (client, KeyOf(_network.HubNode));
            node.Post(engine =>
            {
                if (!engine.Context.Peers.TryFind(key, out Peer? peer) || peer.Active.Pending is not null) return;
                peer.Active.LastHandshakeSent = Instant.Never;
                engine.Context.Attention.Raise(peer, Attention.Handshake);
            });
        }
    }

    /// <summary>One change, to a client that has no other one under way.</summary>
    internal void Change()
    {
        UndoDue(now: Environment.TickCount64);
        StressNode client = _network.Nodes[_dice.Next(1, _network.Nodes.Length)];
        int roll = _dice.Next(_changes.Sum(static change => change.Weight));
        int i = 0;
        while (roll >= _changes[i].Weight) roll -= _changes[i++].Weight;
        _changes[i].Change(client);
    }

    /// <summary>Sends one packet from one node to another.</summary>
    internal void SendOne(int source, int destination)
    {
        StressNode node = _network.Nodes[source - StressNetwork.Hub];
        node.SendOnce(_network.GuestSender(source), destination, ref _guestSequences[source - StressNetwork.Hub], count: 1);
    }

    /// <summary>Brings back what was taken away.</summary>
    internal void Settle() => UndoDue(now: long.MaxValue);

    private static PublicKey KeyOf(StressNode node) => node.Key.DerivePublicKey();

    private byte[] PresharedKeyOf(StressNode client) => _presharedKeys[client.Index - StressNetwork.Hub];

    private void Later(Action undo) => _later.Add((Environment.TickCount64 + _dice.Next(30), undo));

    private void UndoDue(long now)
    {
        for (int i = 0; i < _later.Count; i++)
        {
            if (_later[i].At > now) continue;
            Action undo = _later[i].Undo;
            _later.RemoveAt(i--);
            undo();
        }
    }

    private static PeerUpdate Link(StressNode other, byte[] presharedKey)
    {
        var update = new PeerUpdate(KeyOf(other)) { Endpoint = other.Address, PresharedKey = new PresharedKey(presharedKey) };
        update.AllowedIps.Add(AllowedIpChange.Add(Prefix(StressPackets.Address(other.Index), 32)));
        return update;
    }

    private static IPNetwork Prefix(uint address, int length) =>
        new(new IPAddress([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]), length);

    private void LinkAtHub(StressNode client)
    {
        PeerUpdate update = Link(client, PresharedKeyOf(client));
        _network.HubNode.Post(engine => engine.ApplyPeers([update]));
    }

    private void LinkAtClient(StressNode client)
    {
        PeerUpdate update = Link(_network.HubNode, PresharedKeyOf(client));
        client.Post(engine => engine.ApplyPeers([update]));
    }

    private void RemoveAtHub(StressNode client)
    {
        PublicKey key = KeyOf(client);
        _network.HubNode.Post(engine => engine.ApplyPeers([new PeerUpdate(key) { Remove = true }]));
        Later(() => LinkAtHub(client));
    }

    private void RemoveAtClient(StressNode client)
    {
        PublicKey key = KeyOf(_network.HubNode);
        client.Post(engine => engine.ApplyPeers([new PeerUpdate(key) { Remove = true }]));
        Later(() => LinkAtClient(client));
    }

    private void ChangeKey(StressNode client)
    {
        PublicKey former = KeyOf(client);
        PrivateKey key = PrivateKey.Generate();
        client.Key = key;
        client.Post(engine => engine.SetPrivateKey(key));
        PeerUpdate update = Link(client, PresharedKeyOf(client));
        _network.HubNode.Post(engine => engine.ApplyPeers([new PeerUpdate(former) { Remove = true }, update]));
    }

    private void ChangePresharedKey(StressNode client)
    {
        byte[] secret = _dice.Next(4) == 0 ? new byte[32] : RandomNumberGenerator.GetBytes(32);
        _presharedKeys[client.Index - StressNetwork.Hub] = secret;
        PublicKey hub = KeyOf(_network.HubNode), key = KeyOf(client);
        client.Post(engine => engine.ApplyPeers([new PeerUpdate(hub) { UpdateOnly = true, PresharedKey = new PresharedKey(secret) }]));
        _network.HubNode.Post(engine => engine.ApplyPeers([new PeerUpdate(key) { UpdateOnly = true, PresharedKey = new PresharedKey(secret) }]));
    }

    /// <summary>Prefixes that nobody sends to go from client to client at the hub: the trie changes under its readers.</summary>
    private void MovePrefixes(StressNode client)
    {
        var update = new PeerUpdate(KeyOf(client)) { UpdateOnly = true };
        for (int i = _dice.Next(1, 20); i > 0; i--)
        {
            IPNetwork prefix = Prefix(0x0A010000u | ((uint)_dice.Next(256) << 8), _dice.Next(24, 33));
            update.AllowedIps.Add(_dice.Next(3) == 0 ? AllowedIpChange.Remove(prefix) : AllowedIpChange.Add(prefix));
        }
        _network.HubNode.Post(engine => engine.ApplyPeers([update]));
    }

    /// <summary>Peers that nobody answers for come, want sessions, and go.</summary>
    private void ChangeStrangers(StressNode client)
    {
        PeerUpdate[] updates = [.. _strangers.Select(static key => new PeerUpdate(key) { Remove = true })];
        _strangers.Clear();
        if (updates.Length == 0)
        {
            updates = new PeerUpdate[StrangersAtOnce];
            for (int i = 0; i < updates.Length; i++)
            {
                using PrivateKey key = PrivateKey.Generate();
                _strangers.Add(key.DerivePublicKey());
                updates[i] = new PeerUpdate(_strangers[i])
                {
                    Endpoint = UdpEndpoint.FromIPv4(0x0A636363, NobodysPort),
                    PersistentKeepalive = 1,
                };
                updates[i].AllowedIps.Add(AllowedIpChange.Add(Prefix(0x0A020000u | (uint)i, 32)));
            }
        }
        _network.HubNode.Post(engine => engine.ApplyPeers(updates));
    }

    private void EraseSessions(StressNode client) =>
        (_dice.Next(2) == 0 ? client : _network.HubNode).Post(static engine => engine.EraseSessions());

    private void GoDown(StressNode client)
    {
        client.Post(static engine => engine.Down());
        Later(() => client.Post(static engine => engine.Up()));
    }

    private void ToggleKeepalive(StressNode client)
    {
        PublicKey key = KeyOf(client);
        ushort seconds = (ushort)_dice.Next(3);
        _network.HubNode.Post(engine => engine.ApplyPeers([new PeerUpdate(key) { UpdateOnly = true, PersistentKeepalive = seconds }]));
    }

    /// <summary>A worker joins, sends a batch and leaves, as happens when a device goes down and up.</summary>
    private void SendAsGuest(StressNode client)
    {
        StressNode node = _dice.Next(2) == 0 ? client : _network.HubNode;
        int destination = _network.PartnerOf(node.Index, _dice.Next());
        node.SendOnce(_network.GuestSender(node.Index), destination, ref _guestSequences[node.Index - StressNetwork.Hub], count: 32);
    }
}
