namespace Apex.Vpn.Protocol.Tests.Keys;

public sealed class KeyProofTests
{
    private static readonly byte[] Statement = "once"u8.ToArray();

    [Fact]
    public void The_verifier_believes_the_holder_of_the_key()
    {
        using PrivateKey prover = PrivateKey.Generate(), verifier = PrivateKey.Generate();

        Assert.True(KeyProof.Verify(verifier, prover.DerivePublicKey(), Statement, Prove(prover, verifier)));
    }

    [Fact]
    public void Another_key_statement_verifier_or_bit_is_not_believed()
    {
        using PrivateKey prover = PrivateKey.Generate(), verifier = PrivateKey.Generate(), other = PrivateKey.Generate();
        byte[] proof = Prove(prover, verifier);

        Assert.False(KeyProof.Verify(verifier, other.DerivePublicKey(), Statement, proof));
        Assert.False(KeyProof.Verify(other, prover.DerivePublicKey(), Statement, proof));
        Assert.False(KeyProof.Verify(verifier, prover.DerivePublicKey(), "twice"u8, proof));
        Assert.False(KeyProof.Verify(verifier, prover.DerivePublicKey(), Statement, proof.AsSpan(1)));
        Assert.False(KeyProof.Verify(verifier, prover.DerivePublicKey(), Statement, default));
        for (int bit = 0; bit < proof.Length * 8; bit++)
        {
            proof[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(KeyProof.Verify(verifier, prover.DerivePublicKey(), Statement, proof));
            proof[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    // The secret is the same on both sides; the roles are not.
    [Fact]
    public void A_verifier_cannot_send_a_proof_back_as_its_own()
    {
        using PrivateKey prover = PrivateKey.Generate(), verifier = PrivateKey.Generate();

        Assert.False(KeyProof.Verify(prover, verifier.DerivePublicKey(), Statement, Prove(prover, verifier)));
    }

    [Fact]
    public void A_key_of_low_order_proves_nothing()
    {
        using var key = PrivateKey.Generate();
        byte[] proof = new byte[KeyProof.Size];

        Assert.False(KeyProof.TryCreate(key, default, Statement, proof));
        Assert.False(KeyProof.Verify(key, default, Statement, proof));
    }

    private static byte[] Prove(PrivateKey prover, PrivateKey verifier)
    {
        byte[] proof = new byte[KeyProof.Size];
        Assert.True(KeyProof.TryCreate(prover, verifier.DerivePublicKey(), Statement, proof));
        return proof;
    }
}
