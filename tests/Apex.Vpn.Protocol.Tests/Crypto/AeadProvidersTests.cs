using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Crypto.Managed;

namespace Apex.Vpn.Protocol.Tests.Crypto;

public sealed class AeadProvidersTests
{
    [Theory]
    [InlineData(AeadChoice.Automatic)]
    [InlineData(AeadChoice.Libsodium)]
    [InlineData(AeadChoice.Managed)]
    public void A_choice_gives_the_same_working_provider_every_time(AeadChoice choice)
    {
        AeadProvider provider = AeadProviders.Select(choice);
        Assert.True(AeadSelfTest.Passes(provider));
        Assert.Same(provider, AeadProviders.Select(choice));
    }

    [Fact]
    public void A_named_provider_is_that_one()
    {
        Assert.IsType<LibsodiumAead>(AeadProviders.Select(AeadChoice.Libsodium));
        Assert.Equal($"managed-{ManagedAead.WidestVector}", AeadProviders.Select(AeadChoice.Managed).Name);
    }

    [Fact]
    public void The_fastest_one_wins_wherever_it_stands()
    {
        var sound = new Lazy<AeadProvider>(new LibsodiumAead());
        var slow = new Lazy<AeadProvider>(new SlowAead());
        for (int i = 0; i < 5; i++)
        {
            Assert.Same(sound.Value, AeadProviders.Fastest(sound, slow));
            Assert.Same(sound.Value, AeadProviders.Fastest(slow, sound));
        }
    }

    [Fact]
    public void One_that_is_of_no_use_is_passed_over()
    {
        var sound = new Lazy<AeadProvider>(new LibsodiumAead());
        var faulty = new Lazy<AeadProvider>(static () => AeadProviders.Tested(new FaultyAead(Fault.WrongTag)));
        var missing = new Lazy<AeadProvider>(static () => AeadProviders.Tested(new FaultyAead(Fault.MissingLibrary)));
        Assert.Same(sound.Value, AeadProviders.Fastest(faulty, missing, sound));
        var exception = Assert.Throws<CryptographicException>(() => AeadProviders.Fastest(faulty, missing));
        Assert.Equal(2, Assert.IsType<AggregateException>(exception.InnerException).InnerExceptions.Count);
    }

    [Fact]
    public void A_number_that_is_no_choice_throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AeadProviders.Select((AeadChoice)99));

    [Theory]
    [InlineData(Fault.WrongText)]
    [InlineData(Fault.WrongTag)]
    [InlineData(Fault.AcceptsForgeries)]
    [InlineData(Fault.RefusesAll)]
    [InlineData(Fault.BatchDiffers)]
    [InlineData(Fault.BatchAcceptsForgeries)]
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
        BatchAcceptsForgeries,
        MissingLibrary,
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

        internal override int Open(ReadOnlySpan<byte> key, Span<byte> slab, Span<AeadSegment> segments)
        {
            int authentic = base.Open(key, slab, segments);
            if (fault != Fault.BatchAcceptsForgeries) return authentic;
            foreach (ref AeadSegment segment in segments) segment.Authentic = true;
            return segments.Length;
        }

        protected override void SealCore(
            ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
        {
            if (fault == Fault.MissingLibrary) throw new DllNotFoundException();
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

    // Does all work many times over.
    private sealed class SlowAead : AeadProvider
    {
        private readonly LibsodiumAead _sound = new();

        internal override string Name => "slow";

        protected override void SealCore(
            ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
        {
            for (int i = 0; i < 8; i++) _sound.SealWithNonce(key, nonce, associatedData, buffer.ToArray());
            _sound.SealWithNonce(key, nonce, associatedData, buffer);
        }

        protected override bool TryOpenCore(
            ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
        {
            for (int i = 0; i < 8; i++) _sound.TryOpenWithNonce(key, nonce, associatedData, buffer.ToArray());
            return _sound.TryOpenWithNonce(key, nonce, associatedData, buffer);
        }
    }
}
