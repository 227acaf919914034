using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace StocksDapr.Sdk.AspNetCore;

public sealed class AuthenticationTests
{
    [Theory]
    [InlineData("secret", "secret", HttpStatusCode.OK)]
    [InlineData("secret", "Secret", HttpStatusCode.Unauthorized)]
    [InlineData("secret", null, HttpStatusCode.Unauthorized)]
    [InlineData("", "", HttpStatusCode.Unauthorized)]
    [InlineData(" ", " ", HttpStatusCode.Unauthorized)]
    public async Task Only_the_sidecars_token_lets_in(string expected, string? sent, HttpStatusCode status)
    {
        await using var app = await TestApplication.StartAsync(
            app => app.MapGet("/", (HttpContextUser user) => user.Name).RequireAuthorization("Dapr"),
            builder =>
            {
                builder.Services.AddAuthentication().AddDapr(options => options.Token = expected);
                builder.Services.AddAuthorization(options => options.AddDapr());
            });
        if (sent is not null) app.Http.DefaultRequestHeaders.TryAddWithoutValidation("dapr-api-token", sent);

        using var response = await app.Http.GetAsync("/");

        response.StatusCode.Should().Be(status);
        if (status == HttpStatusCode.OK) (await response.Content.ReadAsStringAsync()).Should().Be("Dapr");
    }

    private sealed record HttpContextUser(string? Name)
    {
        public static ValueTask<HttpContextUser> BindAsync(Microsoft.AspNetCore.Http.HttpContext context) => new(new HttpContextUser(context.User.Identity?.Name));
    }
}
