using System.Net;
using StocksDapr.Gateway.House;
using StocksDapr.Support;

namespace StocksDapr.Gateway.Access;

public sealed class SignInTests : GatewayTest
{
    private readonly ManualTimeProvider _time = new();

    protected override TimeProvider Time => _time;

    [Fact]
    public async Task A_password_lets_its_account_handle_tokens_and_nothing_else()
    {
        await House.RegisterAsync("ann");
        using var ann = House.SignedIn("Ann");

        (await ann.GetAsync("/api/v1/tokens")).StatusCode.Should().Be(HttpStatusCode.OK);
        await ann.GetAsync("/api/v1/bars").ShouldBeProblemAsync(401);
        await ann.GetAsync("/api/v1/accounts").ShouldBeProblemAsync(401);
    }

    [Theory]
    [InlineData("ann", "wrong password")]
    [InlineData("nobody", GatewayHouse.Password)]
    [InlineData("local", "")]
    [InlineData("../accounts", GatewayHouse.Password)]
    public async Task A_wrong_name_or_password_gets_the_same_refusal(string name, string password)
    {
        await House.RegisterAsync("ann");
        using var stranger = House.SignedIn(name, password);

        using var answer = await stranger.GetAsync("/api/v1/tokens");

        await answer.ShouldBeProblemAsync(401, "wrong_password");
        answer.Headers.WwwAuthenticate.Single().Scheme.Should().Be("Basic");
    }

    [Theory]
    [InlineData("%%%")]
    [InlineData("YW5u")]
    [InlineData("")]
    public async Task A_header_that_is_no_name_and_password_is_refused(string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/tokens");
        request.Headers.TryAddWithoutValidation("Authorization", $"Basic {value}");

        await House.Anonymous.SendAsync(request).ShouldBeProblemAsync(401);
    }

    [Fact]
    public async Task After_ten_wrong_passwords_not_even_the_right_one_is_tried_for_the_rest_of_the_minute()
    {
        await House.RegisterAsync("ann");
        await House.RegisterAsync("bob");
        using var guesser = House.SignedIn("ann", "wrong password");
        for (var i = 0; i < 10; i++)
            await guesser.GetAsync("/api/v1/tokens").ShouldBeProblemAsync(401, "wrong_password");

        using var ann = House.SignedIn("ann");
        using var bob = House.SignedIn("bob");
        using var refused = await ann.GetAsync("/api/v1/tokens");
        await refused.ShouldBeProblemAsync(429, "too_many_attempts");
        refused.Headers.RetryAfter!.Delta.Should().BePositive();
        (await bob.GetAsync("/api/v1/tokens")).StatusCode.Should().Be(HttpStatusCode.OK);

        _time.Advance(refused.Headers.RetryAfter.Delta!.Value);
        (await ann.GetAsync("/api/v1/tokens")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Guesses_at_the_same_time_count_as_many()
    {
        await House.RegisterAsync("ann");
        using var guesser = House.SignedIn("ann", "wrong password");

        var answers = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => guesser.GetAsync("/api/v1/tokens")));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized).Should().Be(10);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).Should().Be(5);
    }

    [Fact]
    public async Task Signing_in_often_is_not_guessing()
    {
        await House.RegisterAsync("ann");
        using var ann = House.SignedIn("ann");

        for (var i = 0; i < 12; i++)
            (await ann.GetAsync("/api/v1/tokens")).StatusCode.Should().Be(HttpStatusCode.OK);
    }
}
