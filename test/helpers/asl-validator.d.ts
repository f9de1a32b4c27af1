declare module 'asl-validator' {
  export default function validate(
    definition: unknown,
    options?: { checkArn?: boolean },
  ): { isValid: boolean; errors: { message: string }[] };
}
