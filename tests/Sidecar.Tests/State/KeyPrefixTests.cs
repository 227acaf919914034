namespace StocksDapr.Sidecar.State;

public sealed class KeyPrefixTests
{
    [Theory]
    [InlineData(null, null, "app||k")]
    [InlineData("appid", null, "app||k")]
    [InlineData("NAME", null, "store||k")]
    [InlineData("none", null, "k")]
    [InlineData("namespace", null, "app||k")]
    [InlineData("namespace", "production", "production.app||k")]
    [InlineData("Literal-Prefix", null, "literal-prefix||k")]
    public void A_strategy_decides_what_comes_before_the_key(string? strategy, string? space, string expected)
    {
        var key = KeyPrefix.Of(strategy, "store", "app", space).Add("k");
        key.Should().Be(expected);
        KeyPrefix.Remove(key).Should().Be("k");
    }

    [Theory]
    [InlineData("app||actor||1||key", "actor")]
    [InlineData("a|b", "a|b")]
    [InlineData("||k", "k")]
    public void The_second_part_of_a_stored_key_is_shown(string stored, string expected) => KeyPrefix.Remove(stored).Should().Be(expected);

    [Fact]
    public void The_separator_may_not_be_part_of_key_or_prefix()
    {
        KeyPrefix.Illegal("a||b").Should().Be("input key/keyPrefix 'a||b' can't contain '||'");
        KeyPrefix.Illegal("a|b").Should().BeNull();
        var act = () => KeyPrefix.Of("x||y", "store", "app", null);
        act.Should().Throw<StateStoreException>();
    }
}
