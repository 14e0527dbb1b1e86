using Microsoft.AspNetCore.Http.HttpResults;
using WebhookBot.Clients;

namespace WebhookBot.Admin;

/// <summary>Every answer of the API on its way out: secrets are masked, wherever in it they stand.</summary>
internal sealed class MaskedAnswers(KnownSecrets secrets) : IEndpointFilter
{
    // What is streamed masks its own lines.
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await next(context) is var answer && answer is IResult result and not PushStreamHttpResult ? new Masked(result, secrets) : answer;

    private sealed class Masked(IResult answer, KnownSecrets secrets) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            var wire = response.Body;
            using var written = new MemoryStream();
            response.Body = written;
            try
            {
                await answer.ExecuteAsync(httpContext);
            }
            finally
            {
                response.Body = wire;
            }

            response.ContentLength = null;
            await wire.WriteAsync(secrets.Mask(written.GetBuffer().AsMemory(0, (int)written.Length)), httpContext.RequestAborted);
        }
    }
}
