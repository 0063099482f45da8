using System.Buffers.Binary;

namespace Apex.Vpn.Protocol.Tests.Diagnostics;

/// <summary>Takes a pcapng stream apart as the specification says, and fails on anything that is not as it says.</summary>
internal sealed class PcapngReader
{
    internal PcapngReader(ReadOnlySpan<byte> file)
    {
        while (!file.IsEmpty)
        {
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(file);
            int length = BinaryPrimitives.ReadInt32LittleEndian(file[4..]);
            Assert.Equal(0, length % 4);
            Assert.InRange(length, 12, file.Length);
            Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(file[(length - 4)..]));
            Blocks.Add(new Block(type, file[8..(length - 4)].ToArray()));
            file = file[length..];
        }
    }

    internal List<Block> Blocks { get; } = [];

    internal IEnumerable<Packet> Packets => Blocks.Where(static block => block.Type == 6).Select(static block => new Packet(block));

    internal sealed record Block(uint Type, byte[] Body)
    {
        internal uint UInt32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Body.AsSpan(offset));

        internal ushort UInt16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Body.AsSpan(offset));

        internal Dictionary<ushort, byte[]> Options(int offset)
        {
            var options = new Dictionary<ushort, byte[]>();
            while (true)
            {
                ushort code = UInt16(offset), length = UInt16(offset + 2);
                offset += 4;
                if (code == 0)
                {
                    Assert.Equal(0, length);
                    Assert.Equal(Body.Length, offset);
                    return options;
                }
                options.Add(code, Body[offset..(offset + length)]);
                int padded = (length + 3) & ~3;
                Assert.All(Body[(offset + length)..(offset + padded)], static value => Assert.Equal(0, value));
                offset += padded;
            }
        }
    }

    internal sealed record Packet
    {
        internal Packet(Block block)
        {
            Interface = block.UInt32(0);
            Nanoseconds = ((ulong)block.UInt32(4) << 32) | block.UInt32(8);
            int captured = (int)block.UInt32(12);
            OriginalLength = (int)block.UInt32(16);
            Bytes = block.Body[20..(20 + captured)];
            Flags = BinaryPrimitives.ReadUInt32LittleEndian(block.Options(20 + ((captured + 3) & ~3))[2]);
        }

        internal uint Interface { get; }

        internal ulong Nanoseconds { get; }

        internal int OriginalLength { get; }

        internal byte[] Bytes { get; }

        internal uint Flags { get; }
    }
}
