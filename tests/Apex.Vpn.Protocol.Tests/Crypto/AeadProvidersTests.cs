using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

public sealed class AeadProvidersTests
{
    [Theory]
    [InlineData(AeadChoice.Automatic)]
    [InlineData(AeadChoice.Libsodium)]
    public void A_choice_gives_the_same_working_provider_every_time(AeadChoice choice)
    {
        AeadProvider provider = AeadProviders.Select(choice);
        Assert.True(AeadSelfTest.Passes(provider));
        Assert.Same(provider, AeadProviders.Select(choice));
    }

    [Fact]
    public void Libsodium_is_libsodium() => Assert.IsType<LibsodiumAead>(AeadProviders.Select(AeadChoice.Libsodium));

    [Fact]
    public void A_number_that_is_no_choice_throws() => Assert.Throws<ArgumentOutOfRangeException>(() => AeadProviders.Select((AeadChoice)99));

    [Theory]
    [InlineData(Fault.WrongText)]
    [InlineData(Fault.WrongTag)]
    [InlineData(Fault.AcceptsForgeries)]
    [InlineData(Fault.RefusesAll)]
    [InlineData(Fault.BatchDiffers)]
    public void A_provider_that_errs_fails_the_self_test_and_is_refused(Fault fault)
    {
        var faulty = new FaultyAead(fault);
        Assert.False(AeadSelfTest.Passes(faulty));
        var exception = Assert.Throws<CryptographicException>(() => AeadProviders.Tested(faulty));
        Assert.Contains("'faulty'", exception.Message, StringComparison.Ordinal);
    }

    public enum Fault
    {
        WrongText,
        WrongTag,
        AcceptsForgeries,
        RefusesAll,
        BatchDiffers,
    }

    private sealed class FaultyAead(Fault fault) : AeadProvider
    {
        private readonly FrameworkAead _sound = new();

        internal override string Name => "faulty";

        internal override void Seal(ReadOnlySpan<byte> key, Span<byte> slab, ReadOnlySpan<AeadSegment> segments)
        {
            base.Seal(key, slab, segments);
            if (fault == Fault.BatchDiffers) slab[segments[^1].Offset + 2000] ^= 1;
        }

        protected override void SealCore(
            ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
        {
            _sound.SealWithNonce(key, nonce, associatedData, buffer);
            if (fault == Fault.WrongText) buffer[0] ^= 1;
            if (fault == Fault.WrongTag) buffer[^1] ^= 1;
        }

        protected override bool TryOpenCore(
            ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer) => fault switch
            {
                Fault.RefusesAll => false,
                _ => _sound.TryOpenWithNonce(key, nonce, associatedData, buffer) || fault == Fault.AcceptsForgeries,
            };
    }
}
