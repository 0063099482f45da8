using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using Apex.Vpn.Protocol.Crypto.Managed;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Crypto.Managed;

public sealed class Poly1305Tests
{
    private static readonly BigInteger Prime = (BigInteger.One << 130) - 5;

    [Fact]
    public void The_vectors_of_RFC_8439_appendix_A_3_agree()
    {
        JsonElement vectors = VectorFile.Load("rfc8439.json").GetProperty("poly1305");
        Assert.Equal(11, vectors.GetArrayLength());
        int whole = vectors.EnumerateArray().Count(static vector => CheckRaw(vector.Hex("key"), vector.Hex("msg"), vector.Text("tag")));
        Assert.Equal(8, whole);
    }

    [Fact]
    public void The_example_of_RFC_8439_section_2_5_2_agrees() => Assert.False(CheckRaw(
        Convert.FromHexString("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b"),
        [.. "Cryptographic Forum Research Group"u8],
        "a8061dc1305136c6c22b8baf0c0127a9"));

    [Property(MaxTest = 300)]
    public void Any_length_agrees_with_big_integers(int seed, byte size)
    {
        var random = new Random(seed);
        byte[] key = Edgy(random, 32), data = Edgy(random, 3 * size);
        Poly1305State state = default;
        state.Initialize(in key[0]);
        Assert.Equal(Reference(key, Aead(data), pad: true), Tag(Finish(ref state, data)));
        state.Initialize(in key[0]);
        if (data.Length > 0) state.AddPadded(in data[0], data.Length);
        Assert.Equal(Reference(key, [.. Padded(data), .. Aead([])], pad: true), Tag(Finish(ref state, [])));
    }

    [Property(MaxTest = 300)]
    public void Groups_of_several_messages_agree_with_big_integers(int seed)
    {
        foreach (Poly1305Groups kernel in Kernels.EachPoly1305Groups)
        {
            var random = new Random(seed);
            int messages = random.Next(1, kernel.Lanes + 1), groups = random.Next(1, 24), length = groups * Poly1305Groups.GroupSize;
            byte[] slab = Edgy(random, 4000);
            int[] offsets = [.. Enumerable.Range(0, messages).Select(_ => random.Next(slab.Length - length))];
            byte[][] keys = [.. offsets.Select(_ => Edgy(random, 32))];
            var states = new Poly1305State[messages];
            for (int i = 0; i < messages; i++) states[i].Initialize(in keys[i][0]);
            Poly1305Scratch scratch = default;
            kernel.Absorb(offsets, states, in slab[0], groups, 0, ref scratch);
            for (int i = 0; i < messages; i++)
            {
                byte[] text = slab[offsets[i]..(offsets[i] + length)];
                Assert.Equal(Reference(keys[i], [.. text, .. Lengths(0)], pad: true), Tag(Finish(ref states[i], [])));
            }
        }
    }

    [Property(MaxTest = 300)]
    public void Blocks_of_one_message_agree_with_big_integers(int seed)
    {
        if (!Kernels.HasPoly1305Blocks) return;
        var random = new Random(seed);
        int before = random.Next(3) * 16, steps = random.Next(1, 40), length = steps * Poly1305BlocksV256.BlocksPerStep * 16;
        byte[] key = Edgy(random, 32), data = Edgy(random, before + length);
        Poly1305State state = default;
        state.Initialize(in key[0]);
        state.AddPadded(in data[0], before);
        Poly1305Scratch scratch = default;
        Poly1305BlocksV256.Absorb(ref state, in data[before], steps, ref scratch);
        Assert.Equal(Reference(key, [.. data, .. Lengths(0)], pad: true), Tag(Finish(ref state, [])));
    }

    // Poly1305 by itself. Where the message has whole blocks only, the last of them stands where the AEAD construction has its lengths.
    // That construction has no other messages, so that for others the last step is done here. Returns which of the two it was.
    private static bool CheckRaw(byte[] key, byte[] message, string tag)
    {
        Assert.Equal(tag, Convert.ToHexStringLower(Reference(key, message, pad: false)));
        Poly1305State state = default;
        state.Initialize(in key[0]);
        int before = (message.Length - 1) / 16 * 16;
        byte[] last = message[before..];
        if (before > 0) state.AddPadded(in message[0], before);
        if (last.Length == 16)
        {
            ulong low = BinaryPrimitives.ReadUInt64LittleEndian(last), high = BinaryPrimitives.ReadUInt64LittleEndian(last.AsSpan(8));
            Assert.Equal(tag, Convert.ToHexStringLower(Tag(state.Finish(in last[0], 0, low, high))));
            return true;
        }
        (ulong h0, ulong h1, ulong h2) = state.Accumulator;
        BigInteger accumulator = h0 + ((BigInteger)h1 << 64) + ((BigInteger)h2 << 128);
        Assert.Equal(tag, Convert.ToHexStringLower(Reference(key, last, pad: false, accumulator)));
        return false;
    }

    private static (ulong Low, ulong High) Finish(ref Poly1305State state, byte[] rest) =>
        state.Finish(in new ReadOnlySpan<byte>(rest).GetPinnableReference(), rest.Length, 0, (ulong)rest.Length);

    private static byte[] Tag((ulong Low, ulong High) tag)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, tag.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), tag.High);
        return bytes;
    }

    private static byte[] Reference(byte[] key, byte[] message, bool pad, BigInteger accumulator = default)
    {
        BigInteger mask = (BigInteger.One << 128) - 1;
        BigInteger r = Number(key.AsSpan(0, 16)) & Number(Convert.FromHexString("ffffff0ffcffff0ffcffff0ffcffff0f"));
        for (int i = 0; i < message.Length; i += 16)
        {
            int length = Math.Min(16, message.Length - i);
            BigInteger block = Number(message.AsSpan(i, length)) + (BigInteger.One << (8 * (pad ? 16 : length)));
            accumulator = (accumulator + block) * r % Prime;
        }
        byte[] tag = ((accumulator + Number(key.AsSpan(16, 16))) & mask).ToByteArray(isUnsigned: true);
        return [.. tag, .. new byte[16 - tag.Length]];
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);

    private static byte[] Aead(byte[] text) => [.. Padded(text), .. Lengths(text.Length)];

    private static byte[] Padded(byte[] text) => [.. text, .. new byte[(16 - (text.Length % 16)) % 16]];

    private static byte[] Lengths(int length) => [.. new byte[8], .. BitConverter.GetBytes((long)length)];

    // Runs of ones and zeros make carries long; random bytes do not.
    private static byte[] Edgy(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        int kind = random.Next(4);
        if (kind == 0) return bytes;
        for (int i = 0; i < length; i++)
        {
            if (kind == 1 || random.Next(8) != 0) bytes[i] = (byte)(kind == 2 ? 0 : 0xff);
        }
        return bytes;
    }
}
