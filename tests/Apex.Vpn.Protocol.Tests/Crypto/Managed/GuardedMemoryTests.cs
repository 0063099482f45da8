using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto.Managed;

/// <summary>Messages that end, or start, where the process has no more memory: one byte read or written beyond ends the test run.</summary>
public sealed partial class GuardedMemoryTests
{
    private const int ReadWrite = 3, PrivateAnonymous = 0x22, Page = 0x10000;

    [LinuxTheory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public unsafe void Nothing_outside_of_the_slab_is_touched(string name)
    {
        AeadProvider provider = Providers.Named(name);
        nint memory = mmap(0, 3 * Page, 0, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, memory);
        Assert.Equal(0, mprotect(memory + Page, Page, ReadWrite));
        try
        {
            var room = new Span<byte>((void*)(memory + Page), Page);
            byte[] key = new byte[AeadProvider.KeySize];
            for (int length = 0; length <= 1500; length = length < 300 ? length + 1 : length + 37)
            {
                foreach (int count in (int[])[1, 2, 8, 17])
                {
                    int each = length + AeadProvider.TagSize;
                    Use(provider, key, room[(Page - (count * each))..], count, each);
                    Use(provider, key, room[..(count * each)], count, each);
                }
                Use(provider, key, room[(Page - length - AeadProvider.TagSize)..]);
                Use(provider, key, room[..(length + AeadProvider.TagSize)]);
            }
        }
        finally
        {
            Assert.Equal(0, munmap(memory, 3 * Page));
        }
    }

    private static void Use(AeadProvider provider, byte[] key, Span<byte> slab, int count, int each)
    {
        var segments = new AeadSegment[count];
        for (int i = 0; i < count; i++) segments[i] = new AeadSegment { Offset = i * each, Length = each, Counter = (ulong)i };
        provider.Seal(key, slab, (ReadOnlySpan<AeadSegment>)segments);
        Assert.Equal(count, provider.Open(key, slab, segments));
    }

    private static void Use(AeadProvider provider, byte[] key, Span<byte> buffer)
    {
        provider.Seal(key, 1, default, buffer);
        Assert.True(provider.TryOpen(key, 1, default, buffer));
    }

    [LibraryImport("libc")]
    private static partial nint mmap(nint address, nint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc")]
    private static partial int mprotect(nint address, nint length, int protection);

    [LibraryImport("libc")]
    private static partial int munmap(nint address, nint length);

    private sealed class LinuxTheoryAttribute : TheoryAttribute
    {
        public LinuxTheoryAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs Linux's mmap";
    }
}
