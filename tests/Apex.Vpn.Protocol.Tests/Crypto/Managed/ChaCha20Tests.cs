using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using Apex.Vpn.Protocol.Crypto.Managed;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Crypto.Managed;

public sealed class ChaCha20Tests
{
    private static readonly JsonElement Vectors = VectorFile.Load("rfc8439.json");

    [Theory, MemberData(nameof(Kernels.ChaCha20), MemberType = typeof(Kernels))]
    public void The_blocks_of_RFC_8439_appendix_A_1_agree_in_every_lane(string name)
    {
        ChaCha20Kernel kernel = Kernels.ChaCha20Named(name);
        Assert.Equal(5, Vectors.GetProperty("block").GetArrayLength());
        foreach (JsonElement vector in Vectors.GetProperty("block").EnumerateArray())
        {
            ChaCha20Lanes lanes = Lanes(vector.Hex("key"), vector.Hex("nonce"));
            ((Span<uint>)lanes.Counter).Fill((uint)vector.Number("counter"));
            byte[] blocks = Pass(kernel, ref lanes), expected = vector.Hex("keystream");
            for (int lane = 0; lane < kernel.Lanes; lane++) Assert.Equal(expected, blocks.AsSpan(lane * 64, 64));
        }
    }

    [Theory, MemberData(nameof(Kernels.ChaCha20), MemberType = typeof(Kernels))]
    public void The_encryptions_of_RFC_8439_appendix_A_2_agree(string name)
    {
        ChaCha20Kernel kernel = Kernels.ChaCha20Named(name);
        Assert.Equal(3, Vectors.GetProperty("encryption").GetArrayLength());
        foreach (JsonElement vector in Vectors.GetProperty("encryption").EnumerateArray())
        {
            byte[] text = vector.Hex("msg"), expected = vector.Hex("ct");
            int size = kernel.Lanes * 64;
            Array.Resize(ref text, (expected.Length + size - 1) / size * size);
            ChaCha20Lanes lanes = Lanes(vector.Hex("key"), vector.Hex("nonce"));
            for (int position = 0; position < text.Length; position += size)
            {
                lanes.CountFrom(0, (uint)(vector.Number("counter") + (position / 64)));
                kernel.Pass(ref lanes, ref text[position], xor: true);
            }
            Assert.Equal(expected, text[..expected.Length]);
        }
    }

    [Theory, MemberData(nameof(Kernels.ChaCha20), MemberType = typeof(Kernels))]
    public void The_one_time_keys_of_RFC_8439_appendix_A_4_agree(string name)
    {
        Assert.Equal(3, Vectors.GetProperty("poly1305Key").GetArrayLength());
        foreach (JsonElement vector in Vectors.GetProperty("poly1305Key").EnumerateArray())
        {
            ChaCha20Lanes lanes = Lanes(vector.Hex("key"), vector.Hex("nonce"));
            lanes.CountFrom(0, 0);
            Assert.Equal(vector.Hex("oneTimeKey"), Pass(Kernels.ChaCha20Named(name), ref lanes)[..32]);
        }
    }

    [Property(MaxTest = 200)]
    public void Every_lane_has_a_counter_and_a_nonce_of_its_own(int seed)
    {
        var random = new Random(seed);
        byte[] key = new byte[32], nonce = new byte[12];
        random.NextBytes(key);
        random.NextBytes(nonce);
        ChaCha20Lanes lanes = Lanes(key, nonce);
        for (int lane = 0; lane < ChaCha20Lanes.Most; lane++)
        {
            lanes.Counter[lane] = (uint)random.Next();
            lanes.NonceLow[lane] = (uint)random.Next();
            lanes.NonceHigh[lane] = (uint)random.Next();
        }
        foreach (ChaCha20Kernel kernel in Kernels.EachChaCha20)
        {
            byte[] blocks = Pass(kernel, ref lanes);
            for (int lane = 0; lane < kernel.Lanes; lane++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(nonce.AsSpan(4), lanes.NonceLow[lane]);
                BinaryPrimitives.WriteUInt32LittleEndian(nonce.AsSpan(8), lanes.NonceHigh[lane]);
                Assert.Equal(Reference(key, nonce, lanes.Counter[lane]), blocks.AsSpan(lane * 64, 64));
            }
        }
    }

    [Fact]
    public void Lanes_count_on_from_any_lane()
    {
        ChaCha20Lanes lanes = default;
        lanes.Assign(0, 7, 0x1111_2222_3333_4444);
        lanes.Assign(5, 0xffff_fffe, 0x5555_6666_7777_8888);
        Assert.Equal([7, 8, 9, 10, 11, 0xffff_fffe, 0xffff_ffff, 0, 1], ((Span<uint>)lanes.Counter)[..9].ToArray());
        for (int lane = 0; lane < ChaCha20Lanes.Most; lane++)
        {
            Assert.Equal(lane < 5 ? 0x3333_4444u : 0x7777_8888, lanes.NonceLow[lane]);
            Assert.Equal(lane < 5 ? 0x1111_2222u : 0x5555_6666, lanes.NonceHigh[lane]);
        }
    }

    private static ChaCha20Lanes Lanes(byte[] key, byte[] nonce)
    {
        ChaCha20Lanes lanes = default;
        lanes.UseKey(key);
        lanes.NoncePrefix = BinaryPrimitives.ReadUInt32LittleEndian(nonce);
        lanes.Assign(0, 0, BinaryPrimitives.ReadUInt64LittleEndian(nonce.AsSpan(4)));
        return lanes;
    }

    private static byte[] Pass(ChaCha20Kernel kernel, ref ChaCha20Lanes lanes)
    {
        var blocks = new byte[kernel.Lanes * 64];
        new Random(0).NextBytes(blocks); // what was there is replaced
        kernel.Pass(ref lanes, ref blocks[0], xor: false);
        return blocks;
    }

    // RFC 8439 section 2.3, word by word.
    private static byte[] Reference(byte[] key, byte[] nonce, uint counter)
    {
        uint[] start =
        [
            0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,
            .. Enumerable.Range(0, 8).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(key.AsSpan(4 * i))),
            counter,
            .. Enumerable.Range(0, 3).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(nonce.AsSpan(4 * i))),
        ];
        var x = (uint[])start.Clone();
        for (int round = 0; round < 10; round++)
        {
            for (int i = 0; i < 4; i++) QuarterRound(x, i, 4 + i, 8 + i, 12 + i);
            for (int i = 0; i < 4; i++) QuarterRound(x, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
        }
        var block = new byte[64];
        for (int i = 0; i < 16; i++) BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4 * i), x[i] + start[i]);
        return block;
    }

    private static void QuarterRound(uint[] x, int a, int b, int c, int d)
    {
        (x[a], x[d]) = (x[a] + x[b], BitOperations.RotateLeft(x[d] ^ (x[a] + x[b]), 16));
        (x[c], x[b]) = (x[c] + x[d], BitOperations.RotateLeft(x[b] ^ (x[c] + x[d]), 12));
        (x[a], x[d]) = (x[a] + x[b], BitOperations.RotateLeft(x[d] ^ (x[a] + x[b]), 8));
        (x[c], x[b]) = (x[c] + x[d], BitOperations.RotateLeft(x[b] ^ (x[c] + x[d]), 7));
    }
}
