namespace StocksDapr.Sidecar.Api;

public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/a/b", "/a/b")]
    [InlineData("//a///b", "/a/b")]
    [InlineData("/a/../b/./c", "/b/c")]
    [InlineData("/../../x", "/x")]
    [InlineData("/a/b/", "/a/b")]
    [InlineData("/a/b//", "/a/b")]
    [InlineData("/", "/")]
    [InlineData("/a/b?c=//d", "/a/b")]
    [InlineData("http://host:1/a/b", "/a/b")]
    [InlineData("http://host", "/")]
    [InlineData("*", "/")]
    [InlineData("/.hidden", "/.hidden")]
    public void A_target_is_cleaned(string target, string expected)
    {
        RequestPath.TryParse(target, out var path).Should().BeTrue();
        path.Text.Should().Be(expected);
    }

    [Theory]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("/a%20b+c", "/a b+c")]
    [InlineData("/%C3%BC", "/ü")]
    [InlineData("//a/../b/", "//a/../b/")]
    public void A_path_is_unescaped_once_and_a_plus_stays(string target, string decoded)
    {
        RequestPath.TryParse(target, out var path).Should().BeTrue();
        path.Decoded.Should().Be(decoded);
    }

    [Theory]
    [InlineData("/a%")]
    [InlineData("/a%2")]
    [InlineData("/a%zz")]
    public void A_broken_escape_is_refused(string target) => RequestPath.TryParse(target, out _).Should().BeFalse();

    [Theory]
    [InlineData("/a b/ü", "/a%20b/%C3%BC")]
    [InlineData("/a+b:c@d", "/a+b:c@d")]
    [InlineData("/100%", "/100%25")]
    public void A_path_is_escaped_as_Go_does(string path, string escaped) => RequestPath.Escape(path).Should().Be(escaped);
}
