using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Crypto;

/// <summary>What a flooder makes us do: the cheap check first, the dear one only behind it.</summary>
[MemoryDiagnoser]
public class HandshakeCryptoBenchmarks
{
    /// <summary>What mac1 covers of an initiation (WG 5.4.2).</summary>
    private const int InitiationBeforeMac1 = 116;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(X25519.KeySize);
    private readonly byte[] _publicKey = new byte[X25519.KeySize];
    private readonly byte[] _shared = new byte[X25519.KeySize];
    private readonly byte[] _initiation = RandomNumberGenerator.GetBytes(InitiationBeforeMac1);
    private readonly byte[] _mac = new byte[Blake2s.MacSize];
    private readonly byte[] _hash = new byte[Blake2s.HashSize];

    [GlobalSetup]
    public void Setup() => X25519.DerivePublicKey(_key, _publicKey);

    /// <summary>mac1 of junk: the price of one packet of a flood.</summary>
    [Benchmark(Baseline = true)]
    public bool VerifyMac1() => Blake2s.VerifyMac(_key, _initiation, _mac);

    [Benchmark]
    public void Blake2sHash() => Blake2s.Hash(_initiation, _hash);

    /// <summary>One Diffie-Hellman: what mac1 and mac2 keep a flood from asking for.</summary>
    [Benchmark]
    public bool DiffieHellman() => X25519.TryAgree(_key, _publicKey, _shared);
}
