using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

public sealed class AllocationTests
{
    [OptimizedTheory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Sealing_and_opening_allocate_nothing(string name)
    {
        AeadProvider provider = Providers.Named(name);
        var messages = new AeadBatch(1, [.. Enumerable.Repeat(1420, 19), 77]);
        byte[] slab = (byte[])messages.Plain.Clone(), associatedData = new byte[20], single = new byte[300];
        AssertNone(() =>
        {
            provider.Seal(messages.Key, slab, messages.Segments);
            int authentic = provider.Open(messages.Key, slab, messages.Segments);
            provider.Seal(messages.Key, 1, associatedData, single);
            if (authentic != 20 || !provider.TryOpen(messages.Key, 1, associatedData, single)) throw new InvalidOperationException();
        });
    }

    [OptimizedFact]
    public void Hashing_and_deriving_allocate_nothing()
    {
        byte[] key = new byte[32], data = new byte[148], output = new byte[32], other = new byte[32];
        AssertNone(() =>
        {
            Blake2s.Hash(data, output);
            Blake2s.Mac(key, data, output.AsSpan(0, Blake2s.MacSize));
            Kdf.Derive3(key, data, key, other, output);
        });
    }

    [OptimizedFact]
    public void Agreeing_and_cookies_allocate_nothing()
    {
        byte[] scalar = [9, .. new byte[31]], point = new byte[32], shared = new byte[32], nonce = new byte[24], box = new byte[48];
        AssertNone(() =>
        {
            X25519.DerivePublicKey(scalar, point);
            bool agreed = X25519.TryAgree(scalar, point, shared);
            XChaCha20Poly1305.Seal(shared, nonce, point, scalar, box);
            if (!agreed || !XChaCha20Poly1305.TryOpen(shared, nonce, point, box, scalar)) throw new InvalidOperationException();
        });
    }

    private static void AssertNone(Action action)
    {
        action(); // what is made once: compiled code, scratch memory of this thread
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) action();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
